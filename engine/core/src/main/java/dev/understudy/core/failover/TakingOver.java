package dev.understudy.core.failover;

import dev.understudy.core.member.Register;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// SECOND: rule L2, when and how it takes over.
final class TakingOver {
    private TakingOver() {}

    static void second(Draft d) {
        Beat peer = d.contact();
        if (peer != null && TwoVoteRegister.overrules(peer.register(), d.register)) {
            newerRegister(d, peer);
            return;
        }
        if (!d.isIdle()) {
            underWay(d, peer);
            return;
        }
        if (d.isPeerFenced() && !d.mayPeerBeAlone() && !isPrimsWaitOver(d)) {
            // Fenced now: but after the window it may have gone on alone before.
            takeOver(d, Fencing.rule(d), "incarnation=" + d.fencedIncarnation, false);
        } else if (peer != null) {
            inContact(d, peer);
        } else {
            silent(d);
        }
    }

    /// PRIM may have gone on alone by now, whether this process noted the end of its window or
    /// stood still meanwhile.
    private static boolean isPrimsWaitOver(Draft d) {
        return switch (d.settings.isolation()) {
            case PROTECT -> d.now > d.windowEndNs();
            case AVAILABLE, MANUAL -> d.now > d.echoedNs + d.timing().graceNs();
            case MAJORITY -> false;
        };
    }

    private static void newerRegister(Draft d, Beat peer) {
        Register theirs = peer.register();
        boolean handed = theirs.isPair() && d.self().equals(theirs.primary());
        if (!handed) {
            removed(d, "peer " + peer.state() + " " + theirs);
        } else if (d.isIdle() || d.cause != Rule.SWAP_PROMOTES) {
            d.journal(Rule.SWAP_PROMOTES, theirs.toString());
            d.give(Rule.SWAP_PROMOTES, List.of(Job.TAIL, Job.CHANGE_ADOPT, Job.BECOME_PRIM));
        }
    }

    /// A take-over from silence is worth nothing after the window, and not needed if PRIM is back.
    private static void underWay(Draft d, @Nullable Beat peer) {
        if (d.isHeld()) {
            d.because(WaitReason.NO_MAJORITY);
        }
        if (!d.isWindowed || !d.jobs.contains(Job.BECOME_ALONE)) {
            return;
        }
        if (peer != null && isMyPrim(d, peer)) {
            d.journal(Rule.TAKE_OVER_CANCELLED, "");
            back(d);
        } else if (isTooLate(d, 0)) {
            tooLate(d);
        }
    }

    /// Tells whether a take-over from silence has outlived the window, so that the peer may have
    /// gone on alone meanwhile. A change that was issued in time may take half of the margin.
    static boolean isTooLate(Draft d, long slackNs) {
        return d.state == State.SECOND
                && d.isWindowed
                && d.settings.isolation() == Isolation.PROTECT
                && d.now > d.windowEndNs() + slackNs;
    }

    static void tooLate(Draft d) {
        d.journal(Rule.TAKE_OVER_TOO_LATE, "");
        if (d.register.isOnlyMember(d.self())) {
            out(d, Rule.TAKE_OVER_TOO_LATE, d.register.toString()); // contact decides
        } else {
            back(d);
        }
    }

    private static void back(Draft d) {
        d.give(d.cause, List.of());
        d.act(new Effect.Follow(d.register.epoch().value()));
    }

    private static boolean isMyPrim(Draft d, Beat peer) {
        return peer.state() == State.PRIM
                && peer.incarnation() == d.pairedIncarnation
                && peer.register().epoch().equals(d.register.epoch());
    }

    private static void inContact(Draft d, Beat peer) {
        if (isMyPrim(d, peer)) {
            if (d.saved.peerMayBeAlone()) {
                if (d.reason != WaitReason.NONE) {
                    d.journal(Rule.WINDOW_CLEARED, "");
                }
                d.persist(d.saved.withPeerMayBeAlone(false));
            }
            d.because(WaitReason.NONE);
            if (peer.marks().isExpelling()) {
                leave(d, Rule.LEAVES_WHEN_ASKED, "");
            }
            return;
        }
        boolean idle = peer.state() == State.STOP || peer.state() == State.WAIT;
        boolean isClaim = peer.register().isOnlyMember(d.peer());
        if (!idle || isClaim) {
            return;
        }
        if (d.isFailoverOn()) {
            takeOver(
                    d,
                    Rule.TAKES_OVER_FROM_STOPPED,
                    "peer " + peer.state() + " incarnation=" + peer.incarnation(),
                    false);
        } else {
            d.journal(Rule.FAILOVER_IS_OFF, "");
            d.give(
                    Rule.FAILOVER_IS_OFF,
                    List.of(Job.TAIL, Job.KEEP_TAIL, Job.DEMOTE, Job.BECOME_WAIT));
        }
    }

    private static void silent(Draft d) {
        if (!d.isFailoverOn() || d.settings.isolation() == Isolation.MANUAL) {
            if (d.isSilentFor(d.timing().graceNs())) {
                windowOver(d, WaitReason.FAILOVER_OFF);
            }
            return;
        }
        if (d.settings.isolation() == Isolation.AVAILABLE) {
            if (d.isSilentFor(d.timing().graceNs())) {
                takeOver(d, Rule.TAKES_OVER_AVAILABLE, silence(d), true);
            }
            return;
        }
        if (d.isByMajority()) {
            if (d.isSilentFor(d.timing().graceNs())) {
                takeOver(d, Rule.TAKES_OVER_BY_MAJORITY, silence(d), true);
            }
        } else if (d.now > d.windowEndNs()) {
            windowOver(d, WaitReason.WINDOW_OVER);
        } else if (!d.saved.peerMayBeAlone() && d.isSilentFor(d.timing().graceNs())) {
            if (Fencing.decides(d)) {
                return;
            }
            if (Leases.isEvident(d)) {
                takeOver(d, Rule.SECOND_TAKES_OVER, silence(d), true);
            }
        }
    }

    private static String silence(Draft d) {
        return "silentMs=" + (d.now - d.receivedNs) / 1_000_000;
    }

    private static void windowOver(Draft d, WaitReason why) {
        if (!d.saved.peerMayBeAlone()) {
            d.journal(Rule.WINDOW_OVER, silence(d));
            d.persist(d.saved.withPeerMayBeAlone(true));
            d.tell();
        }
        d.because(why);
    }

    /// Rule L2: the unconfirmed set is durable and the tail applied, then the register changes,
    /// then this node serves.
    ///
    /// @param silently from silence: until the register has changed in time the peer may have gone
    ///   on, and the record says so
    private static void takeOver(Draft d, Rule rule, String detail, boolean silently) {
        d.journal(rule, detail);
        if (silently && !d.isByMajority()) {
            d.persist(d.saved.withPeerMayBeAlone(true));
        }
        d.give(rule, List.of(Job.TAIL, Job.CHANGE_ALONE, Job.BECOME_ALONE));
        d.isWindowed = silently;
    }

    /// PRIM went on without this SECOND.
    private static void removed(Draft d, String detail) {
        Beat peer = d.requiredBeat();
        out(d, Rule.REMOVED, detail);
        Starting.markOutdated(d, peer);
    }

    /// Leaves on its own: what follows is PRIM's decision. What was received is applied first, so
    /// that this copy lacks nothing should PRIM's be lost.
    static void leave(Draft d, Rule rule, String detail) {
        d.persist(d.saved.withPeerMayBeAlone(true));
        go(d, rule, detail, List.of(Job.TAIL, Job.KEEP_TAIL, Job.DEMOTE, Job.APP_SETTLES));
    }

    /// The votes know another register: this SECOND is out, or still counts in a newer one.
    static void refused(Draft d) {
        if (d.register.isMember(d.self())) {
            back(d);
        } else {
            out(d, Rule.REMOVED, d.register.toString());
        }
    }

    static void out(Draft d, Rule rule, String detail) {
        go(d, rule, detail, List.of(Job.DEMOTE, Job.APP_SETTLES));
    }

    private static void go(Draft d, Rule rule, String detail, List<Job> work) {
        d.become(State.WAIT, rule, detail);
        d.join = Joining.none(d);
        Chores.aim(d, Node.Level.NONE);
        d.give(rule, Duties.withStop(d, work));
    }
}
