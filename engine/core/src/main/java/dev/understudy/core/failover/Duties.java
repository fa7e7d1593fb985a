package dev.understudy.core.failover;

import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Carries role and data work forward, job by job.
final class Duties {
    private Duties() {}

    static void run(Draft d) {
        if (d.pending != null) {
            repeat(d);
            return;
        }
        while (!d.jobs.isEmpty()) {
            Job job = d.jobs.getFirst();
            if (!d.jobBegun) {
                if (isChange(job) && (d.isHeld() || isOvertaken(d))) {
                    return; // there was no majority: asked again after a pause in which all is
                    // heard
                }
                d.jobBegun = true;
                d.jobDeadlineNs = Long.MAX_VALUE;
                if (!begin(d, job)) {
                    return;
                }
            } else if (!goesOn(d, job)) {
                return;
            }
        }
        d.jobDeadlineNs = 0;
    }

    private static void repeat(Draft d) {
        RegisterChange change = d.pending;
        if (change != null && d.repeatNs != 0 && d.now >= d.repeatNs) {
            d.repeatNs = 0;
            d.journal(Rule.REGISTER_REPEATED, change.to().toString());
            d.act(new Effect.ChangeRegister(change));
        }
    }

    /// Begins a job; false: it waits for an answer.
    private static boolean begin(Draft d, Job job) {
        switch (job) {
            case APP_SETTLES, VERIFY -> {
                return goesOn(d, job);
            }
            case DROP_VIP -> Leases.dropVip(d);
            case CLOSE_GATE -> d.act(new Effect.CloseGate());
            case REST -> d.act(new Effect.MountReadOnly());
            case BARRIER, SWAP_BARRIER -> await(d, new Effect.Barrier(), d.timing().barrierNs());
            case SEAL -> await(d, new Effect.Seal(), Long.MAX_VALUE);
            case TAIL -> {
                boolean decides = d.state == State.SECOND;
                long timeNs = decides ? Long.MAX_VALUE : d.timing().barrierNs();
                await(d, new Effect.TakeOver(), timeNs);
            }
            case KEEP_TAIL -> d.persist(d.saved.withDuty(false, true, d.life.bootId()));
            case SET_BACK -> await(d, new Effect.SetBack(), Long.MAX_VALUE);
            case DEMOTE -> d.act(new Effect.Demote());
            case ABORT -> await(d, new Effect.Abort(), d.timing().killNs());
            case CHANGE_ALONE -> {
                if (TakingOver.isTooLate(d, 0)) {
                    TakingOver.tooLate(d);
                } else {
                    change(d, d.register.alone(d.self()).with(d.nextEpoch()));
                }
            }
            case CHANGE_PAIR -> change(d, pair(d, true));
            case CHANGE_SWAP -> change(d, pair(d, false));
            case CHANGE_ADOPT -> adopt(d, d.requiredBeat().register());
            case POSTSTOP -> Chores.poststop(d);
            case BECOME_ALONE -> {
                if (TakingOver.isTooLate(d, d.timing().marginNs() / 2)) {
                    TakingOver.tooLate(d);
                } else {
                    Serving.becomeAlone(d);
                }
            }
            case BECOME_PRIM -> Serving.becomePrim(d);
            case BECOME_SECOND -> Joining.becomeSecond(d);
            case BECOME_WAIT -> Stopping.becomeWait(d);
            case BECOME_STOP -> Stopping.becomeStop(d);
        }
        return ended(d, job);
    }

    /// Instant jobs are over when begun, unless they wait or replaced the list.
    private static boolean ended(Draft d, Job job) {
        boolean waits =
                switch (job) {
                    case BARRIER, SWAP_BARRIER, SEAL, TAIL, ABORT, SET_BACK -> true;
                    default -> isChange(job) && d.pending != null;
                };
        if (waits) {
            return false;
        }
        if (d.isDoing(job)) {
            d.jobDone();
        }
        return true;
    }

    private static boolean goesOn(Draft d, Job job) {
        if (job == Job.APP_SETTLES && d.chores.isEmpty()) {
            d.jobDone();
            return true;
        }
        if (job == Job.VERIFY && d.disk.isVerified()) {
            d.jobDone();
            return true;
        }
        if (d.now < d.jobDeadlineNs) {
            return false;
        }
        d.journal(Rule.STOP_GOES_ON, job.toString());
        if (job == Job.TAIL) {
            d.jobs.remove(Job.KEEP_TAIL);
        }
        if (job == Job.SWAP_BARRIER) {
            Commands.swapFailed(d, "the copies did not become equal in time");
        } else {
            d.jobDone();
        }
        return true;
    }

    private static void await(Draft d, Effect effect, long timeNs) {
        d.act(effect);
        d.jobDeadlineNs = timeNs == Long.MAX_VALUE ? timeNs : d.now + timeNs;
    }

    private static Register pair(Draft d, boolean selfServes) {
        Register next =
                new Register(
                        d.register.epoch(),
                        Set.of(d.self(), d.peer()),
                        selfServes ? d.self() : d.peer(),
                        d.saved.lineage().current());
        return next.with(d.nextEpoch());
    }

    /// The peer has told of a register that is newer than the one to be changed: that counts first.
    private static boolean isOvertaken(Draft d) {
        Beat peer = d.contact();
        boolean heeds = d.state == State.PRIM || d.state == State.SECOND;
        return d.isByMajority()
                && heeds
                && peer != null
                && peer.register().epoch().isAfter(d.register.epoch())
                && d.jobs.getFirst() != Job.CHANGE_ADOPT;
    }

    /// Two copies: the own one is changed to be like the peer's. Three votes: it is so already.
    private static void adopt(Draft d, Register theirs) {
        if (!d.isByMajority()) {
            change(d, theirs);
        } else if (theirs.epoch().isAfter(d.register.epoch())) {
            d.register = theirs;
            d.act(new Effect.KeepRegister(theirs));
        }
    }

    private static void change(Draft d, Register to) {
        Register named = to.isOnlyMember(d.self()) ? to.with(d.saved.lineage().current()) : to;
        if (!named.epoch().isAfter(d.register.epoch())) {
            return; // adopted already
        }
        RegisterChange change = new RegisterChange(d.register.epoch(), named);
        d.pending = change;
        d.repeatNs = 0;
        d.act(new Effect.ChangeRegister(change));
    }

    static boolean isChange(Job job) {
        return switch (job) {
            case CHANGE_ALONE, CHANGE_PAIR, CHANGE_SWAP, CHANGE_ADOPT -> true;
            default -> false;
        };
    }

    /// Appends the rest of a stop if the operator wants one.
    static List<Job> withStop(Draft d, List<Job> first) {
        if (!d.isStopping()) {
            return first;
        }
        List<Job> all = new ArrayList<>(first);
        all.addAll(Stopping.ending());
        return all;
    }
}
