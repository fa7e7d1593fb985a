package dev.understudy.core.failover;

import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;
import dev.understudy.core.rules.Value;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Takes in one event: notes what it says and ends the work that waited for it; decides nothing
/// else.
final class Absorb {
    private static final long REPEAT_NS = 200_000_000L;

    private Absorb() {}

    static void event(Draft d, Event event) {
        switch (event) {
            case Event.Tick _, Event.Paused _ -> {}
            case Event.Heard heard -> heard(d, heard.message());
            case Event.RegisterAnswered answered -> answered(d, answered.outcome());
            case Event.Probed probed -> Leases.probed(d, probed);
            case Event.FencingEnded ended -> Fencing.ended(d, ended);
            case Event.HookEnded ended -> Chores.ended(d, ended.run(), ended.result());
            case Event.Killed _ -> Chores.killed(d);
            case Event.VipFailed failed -> {
                d.journal(Rule.VIP_FAILED, failed.text());
                d.lease = d.lease.raised(false); // a probe of the peer would not find it
            }
            case Event.ResourceDown down -> {
                Ruling.found(d, down.resource(), Value.DOWN);
                Resources.down(d, down.resource(), down.action(), down.services());
            }
            case Event.ResourceUp up -> {
                Ruling.found(d, up.resource(), Value.UP);
                up(d, up.resource());
            }
            case Event.ResourceUnknown unknown -> {
                Ruling.found(d, unknown.resource(), Value.UNKNOWN);
                Ruling.dropped(d, unknown.resource());
                up(d, unknown.resource()); // what is not looked at holds nothing up
            }
            case Event.Commanded commanded -> Commands.run(d, commanded);
            case Event.Configured configured -> {
                FailoverRules before = d.settings.rules();
                d.settings = configured.settings();
                Ruling.reconfigured(d, before);
                d.journal(Rule.RECONFIGURED, "digest=" + d.settings.digest());
                d.tell();
            }
            case Event.SwapBack times -> {
                d.settings = d.settings.withSwapBack(times.isOpen());
                d.journal(times.isOpen() ? Rule.SWAP_BACK_OPENS : Rule.SWAP_BACK_CLOSES, "");
                d.isMoved = true;
            }
            case Event.Data data -> {
                if (d.settings.isLight()) {
                    Light.data(d, data);
                } else {
                    data(d, data);
                }
            }
        }
    }

    private static void heard(Draft d, Message message) {
        switch (message) {
            case Fenced fenced -> {
                if (fenced.from().equals(d.peer()) && fenced.incarnation() > d.fencedIncarnation) {
                    d.fencedIncarnation = fenced.incarnation();
                }
            }
            case Beat heard -> {
                Beat known = d.beat;
                boolean isOld = known != null && !heard.isAfter(known);
                // While a register change is under way nothing is heard, so that no beat of ours
                // can
                // echo a newer one: the peer's window and lease stay as they were when we decided.
                if (isOld || d.pending != null || !heard.from().equals(d.peer())) {
                    return;
                }
                d.beat = heard;
                d.receivedNs = d.now;
                // Who knows a newer register is no SECOND of this PRIM and gives it no lease.
                boolean isNewer = heard.register().epoch().isAfter(d.register.epoch());
                boolean gives = d.state != State.PRIM || !d.isByMajority() || !isNewer;
                if (gives && heard.echoIncarnation() == d.life.incarnation()) {
                    d.echoedNs = Math.max(d.echoedNs, heard.echoNs());
                }
            }
        }
    }

    private static void answered(Draft d, RegisterOutcome outcome) {
        RegisterChange change = d.pending;
        if (change == null) {
            return;
        }
        switch (outcome) {
            case RegisterOutcome.Unknown _ -> d.repeatNs = d.now + REPEAT_NS;
            case RegisterOutcome.NotAsked _ -> {
                if (d.reason != WaitReason.NO_MAJORITY) {
                    d.journal(Rule.NO_MAJORITY, change.to().toString());
                }
                d.pending = null;
                // Long enough for beats to arrive: a peer that is back needs no vote against it.
                d.repeatNs = d.now + Math.max(REPEAT_NS, 3 * d.timing().beatNs());
                d.isMoved = true;
                notAsked(d);
            }
            case RegisterOutcome.Committed committed -> settled(d, committed.now(), true);
            case RegisterOutcome.Refused refused ->
                    // A repeated change finds itself: the first one had landed.
                    settled(d, refused.current(), refused.current().equals(change.to()));
        }
    }

    /// The change is asked for again after a pause; a joiner that was to be counted may be gone by
    /// then, so that is decided anew.
    private static void notAsked(Draft d) {
        if (d.jobs.isEmpty() || !Duties.isChange(d.jobs.getFirst())) {
            return; // something more urgent has taken its place
        }
        d.jobBegun = false;
        if (d.jobs.getFirst() == Job.CHANGE_PAIR) {
            d.give(Rule.NO_MAJORITY, Duties.withStop(d, List.of()));
        }
    }

    private static void settled(Draft d, Register now, boolean isDone) {
        d.register = now;
        d.pending = null;
        d.repeatNs = 0;
        d.isMoved = true;
        if (isDone) {
            if (d.jobBegun && !d.jobs.isEmpty() && Duties.isChange(d.jobs.getFirst())) {
                d.jobDone();
            } else if (d.state == State.PRIM && !d.self().equals(now.primary())) {
                // A stop has taken the place of the swap that wanted it; the gate is closed
                // already.
                Leases.none(d);
                d.become(State.WAIT, Rule.SWAP_DONE, "");
            } // else something more urgent has taken the place of the work that wanted it
        } else {
            d.journal(Rule.REGISTER_REFUSED, now.toString());
            refused(d);
        }
    }

    /// The register is not what this node had thought. What it wanted is given up, but for an
    /// operator's word, which stands against whatever was found.
    private static void refused(Draft d) {
        boolean counts = d.register.isMember(d.self());
        if (d.cause == Rule.FORCED_PRIM && d.jobs.contains(Job.CHANGE_ALONE)) {
            d.jobBegun = false;
            return;
        }
        d.give(Rule.REGISTER_REFUSED, Duties.withStop(d, List.of()));
        DataState data = d.saved.data();
        if (!counts && (data == DataState.UP_TO_DATE || data == DataState.READY)) {
            d.persist(d.saved.with(DataState.OUTDATED));
        }
        switch (d.state) {
            case PRIM, ALONE -> Losing.outvoted(d);
            case SECOND -> TakingOver.refused(d);
            case STOP, WAIT, UP -> {}
        }
    }

    static void up(Draft d, String resource) {
        Set<String> left = new TreeSet<>(d.downResources);
        if (left.remove(resource)) {
            d.downResources = left;
            d.journal(Rule.RESOURCE_UP, resource);
        }
        Resources.up(d, resource);
    }

    private static void data(Draft d, Event.Data event) {
        switch (event) {
            case Event.Mounted _ -> {
                d.disk = new Node.Disk(true, d.disk.isVerified(), false, d.disk.isRestorable());
                ends(d, Job.ABORT, null);
            }
            case Event.Verified verified -> {
                d.disk = new Node.Disk(true, true, false, d.disk.isRestorable());
                if (verified.changedFiles() > 0) {
                    d.journal(Rule.VERIFIED, "changedFiles=" + verified.changedFiles());
                }
            }
            case Event.Sealed _ -> ends(d, Job.SEAL, null);
            case Event.TailApplied _ -> ends(d, Job.TAIL, null);
            case Event.BarrierDone _ -> {
                if (d.isDoing(Job.BARRIER)) {
                    // Everything is on the disk: a reboot loses nothing.
                    d.persist(d.saved.withDuty(d.saved.wasSecond(), false, d.life.bootId()));
                }
                ends(d, Job.BARRIER, Job.SWAP_BARRIER);
            }
            case Event.StreamUp _ -> {}
            case Event.StreamLost lost -> Joining.streamLost(d, lost.reason());
            case Event.AckTimeout _ -> Losing.expel(d, Rule.EXPEL_SECOND, "no acknowledgement");
            case Event.PeerDiskError error ->
                    Losing.expel(d, Rule.SECOND_DISK_FAILED, error.text());
            case Event.CaughtUp caughtUp -> Joining.caughtUp(d, caughtUp.joinId());
            case Event.TargetReady ready -> Joining.targetReady(d, ready.joinId());
            case Event.JoinFailed failed -> Joining.failed(d, failed.joinId(), failed.reason());
            case Event.Kept kept -> Quarantine.kept(d, kept.text());
            case Event.KeepRefused refused -> Quarantine.refused(d, refused.text());
            case Event.Restorable told -> SettingBack.restorable(d, told);
            case Event.IsSetBack done -> SettingBack.done(d, done);
            case Event.SetBackFailed failed -> SettingBack.failed(d, failed.text());
            case Event.FirstWriteAlone first -> Serving.firstWrite(d, first.minted());
            case Event.RefusedByHigherEpoch refused -> Losing.refused(d, refused.epoch());
            case Event.LocalDiskError error ->
                    Losing.diskFailed(d, Rule.DISK_FAILED, error.text(), true);
            case Event.DiskFull full -> Losing.diskFull(d, full.text());
            case Event.Suspect suspect ->
                    Losing.diskFailed(d, Rule.DATA_SUSPECT, suspect.text(), true);
            case Event.Fault fault ->
                    Losing.diskFailed(d, Rule.DATA_PATH_FAULT, fault.text(), false);
        }
    }

    private static void ends(Draft d, Job job, @Nullable Job or) {
        if (d.isDoing(job) || (or != null && d.isDoing(or))) {
            d.jobDone();
        }
    }
}
