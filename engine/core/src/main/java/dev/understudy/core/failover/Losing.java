package dev.understudy.core.failover;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// PRIM: rule L1, what the loss of SECOND allows, and rule L3, what overrules a node that serves.
final class Losing {
    /// How long a node whose disk is full waits before it is resynchronised again.
    private static final long FULL_RETRY_NS = 10_000_000_000L;

    private Losing() {}

    static void prim(Draft d) {
        Beat peer = d.contact();
        if (peer != null && peer.register().epoch().isAfter(d.register.epoch())) {
            overruled(d, Rule.OVERRULED, "peer " + peer.state() + " " + peer.register());
            return;
        }
        if (isLosing(d)) {
            boolean heard = !d.isByMajority() || !Leases.isLongFrozen(d);
            if (peer != null && d.isWindowed && heard && follows(d, peer)) {
                cancel(d);
            } else if (d.isHeld()) {
                d.because(WaitReason.NO_MAJORITY);
            }
            return;
        }
        if (d.isByMajority() && Leases.isLongFrozen(d)) {
            // Before SECOND's grace time is over: of two that may go on, the one that serves.
            lose(d, Rule.PEER_SILENT_MAJORITY, silence(d), true);
            return;
        }
        if (peer != null && peer.state() == State.SECOND) {
            // A SECOND of this epoch, or one that has not taken note of a swap yet.
            because(d);
            Commands.wishedSwap(d, peer);
            return;
        }
        if (d.isPeerFenced() && !mayPeerHaveTakenOver(d)) {
            lose(d, Rule.PEER_FENCED, "incarnation=" + d.fencedIncarnation, false);
        } else if (peer != null) {
            if (!isAboutToFollow(d, peer)) {
                lose(d, Rule.PEER_LEFT, "peer " + peer.state() + " " + peer.data(), false);
            }
        } else {
            silent(d);
        }
        because(d);
    }

    /// The peer, fenced now, may have taken over and served before: whoever waits for contact goes
    /// on waiting for it. By majority the votes know.
    private static boolean mayPeerHaveTakenOver(Draft d) {
        return d.settings.isolation() == Isolation.PROTECT
                && (d.lease.isFrozenForGood() || d.lease.evidence().isUnseen());
    }

    private static void because(Draft d) {
        if (d.state == State.PRIM && d.isIdle()) {
            d.because(
                    d.lease.isFrozenForGood()
                            ? WaitReason.FROZEN_FOR_GOOD
                            : d.lease.isFrozen() ? WaitReason.FROZEN : Resources.reason(d));
        }
    }

    private static boolean isLosing(Draft d) {
        return !d.jobs.isEmpty()
                && (d.jobs.getFirst() == Job.SEAL || d.jobs.getFirst() == Job.CHANGE_ALONE);
    }

    private static boolean follows(Draft d, Beat peer) {
        return peer.state() == State.SECOND
                && peer.incarnation() == d.pairedIncarnation
                && peer.register().epoch().equals(d.register.epoch());
    }

    /// The joiner that the register counts has not taken note yet; it is in sync all the same.
    private static boolean isAboutToFollow(Draft d, Beat peer) {
        return peer.incarnation() == d.pairedIncarnation
                && peer.data() == DataState.READY
                && d.register.epoch().isAfter(peer.register().epoch());
    }

    private static void silent(Draft d) {
        Timing timing = d.timing();
        switch (d.settings.isolation()) {
            case AVAILABLE -> {
                if (d.isSilentFor(timing.graceNs())) {
                    lose(d, Rule.PEER_SILENT_AVAILABLE, silence(d), true);
                }
            }
            case MANUAL -> {
                if (d.isSilentFor(timing.graceNs())) {
                    lose(d, Rule.PEER_SILENT_MAY_NOT_TAKE_OVER, silence(d), true);
                }
            }
            case MAJORITY -> {} // its lease has ended before the contact: decided already
            case PROTECT -> {
                if (!d.isSilentFor(timing.windowNs() + timing.marginNs())) {
                    return;
                }
                if (!d.settings.isEvidencePossible()) {
                    lose(d, Rule.PEER_SILENT_MAY_NOT_TAKE_OVER, silence(d), true);
                } else if (!d.lease.isFrozenForGood()
                        && d.lease.evidence().witnessNs() >= d.receivedNs + timing.windowNs()) {
                    // A ping asked within the window says nothing: SECOND may have looked after it.
                    lose(d, Rule.PEER_SILENT_WINDOW_OVER, silence(d), true);
                }
            }
        }
    }

    private static String silence(Draft d) {
        return "silentMs=" + (d.now - d.receivedNs) / 1_000_000;
    }

    /// Rule L1: the dirty map is complete and durable, then the register changes, then this node
    /// goes on alone.
    ///
    /// @param silently from silence: contact before the register changes cancels it
    static void lose(Draft d, Rule rule, String detail, boolean silently) {
        d.journal(rule, detail);
        List<Job> work = List.of(Job.SEAL, Job.CHANGE_ALONE, Job.BECOME_ALONE);
        if (d.isStopping()) {
            Rule why = d.cause;
            d.giveFirst(work);
            d.cause = why == Rule.STOP ? rule : why;
        } else {
            d.give(rule, work); // a swap under way has come to nothing
        }
        d.isWindowed = silently;
    }

    private static void cancel(Draft d) {
        d.journal(Rule.LOSS_CANCELLED, "");
        d.jobs =
                new ArrayList<>(
                        d.jobs.subList(d.jobs.indexOf(Job.BECOME_ALONE) + 1, d.jobs.size()));
        d.jobBegun = false;
        d.isWindowed = false;
        d.isMoved = true;
        Serving.serveWithPeer(d);
        if (!d.isStopping()) {
            if (!Leases.isVipHeld(d)) {
                Leases.raiseVip(d);
            }
            Chores.aim(d, Node.Level.PRIM);
        }
    }

    /// SECOND is in the way: ask it to leave; when it has left, rule L1 follows.
    static void expel(Draft d, Rule rule, String detail) {
        if (d.state == State.PRIM && !d.isExpelling) {
            d.journal(rule, detail);
            d.isExpelling = true;
            d.tell();
        } else if (d.state == State.ALONE) {
            Joining.streamLost(d, detail);
        }
    }

    /// Rule L3: the peer went on without this node.
    static void overruled(Draft d, Rule rule, String detail) {
        leaveService(d, rule, detail, null);
        Beat peer = d.beat;
        if (peer != null) {
            Starting.markOutdated(d, peer);
        } else {
            d.persist(d.saved.with(DataState.OUTDATED));
        }
    }

    /// The votes know another register than the one this serving node wanted to change.
    static void outvoted(Draft d) {
        leaveService(d, Rule.OVERRULED, d.register.toString(), null);
    }

    static void refused(Draft d, long epoch) {
        if (d.isServing() && epoch > d.register.epoch().value() && d.pending == null) {
            leaveService(d, Rule.OVERRULED, "refused by epoch " + epoch, null);
            d.persist(d.saved.with(DataState.OUTDATED));
        }
    }

    /// The disk or the data path failed: a SECOND that holds everything takes over.
    static void diskFailed(Draft d, Rule rule, String detail, boolean isSuspect) {
        Node.Disk fault =
                new Node.Disk(d.disk.isMounted(), d.disk.isVerified(), true, d.disk.isRestorable());
        switch (d.state) {
            case ALONE -> {
                d.journal(rule, detail);
                if (!isSuspect) {
                    d.disk = fault;
                    leaveService(d, rule, detail, null);
                } // else the only copy that counts: its errors reach the application
            }
            case PRIM -> leaveService(d, rule, detail, isSuspect ? DataState.SUSPECT : null);
            case SECOND -> {
                TakingOver.leave(d, rule, detail);
                if (isSuspect) {
                    d.persist(d.saved.with(DataState.SUSPECT));
                }
            }
            case STOP, WAIT, UP -> {
                d.journal(rule, detail);
                if (isSuspect) {
                    d.persist(d.saved.with(DataState.SUSPECT));
                }
            }
        }
        if (!isSuspect) {
            d.disk = fault;
        }
    }

    /// No room for what the peer wrote: this copy is outdated from here on, nothing of it is wrong.
    /// It is resynchronised again and again until there is room.
    static void diskFull(Draft d, String detail) {
        d.journal(Rule.DISK_FULL, detail);
        if (d.state == State.SECOND) {
            d.persist(d.saved.with(DataState.OUTDATED));
            TakingOver.out(d, Rule.DISK_FULL, detail);
        } else if (d.state == State.WAIT && d.join.isAccepted() && !d.join.isSource()) {
            Joining.leave(d, FULL_RETRY_NS);
        }
    }

    /// Stops serving at once; the scripts follow, the peer need not wait for them.
    private static void leaveService(Draft d, Rule rule, String detail, @Nullable DataState data) {
        d.become(State.WAIT, rule, detail);
        Leases.dropVip(d);
        d.act(new Effect.CloseGate());
        d.act(new Effect.Demote());
        if (data != null) {
            d.persist(d.saved.with(data));
        }
        d.isExpelling = false;
        d.join = Joining.none(d);
        Leases.none(d);
        Chores.emergency(d);
        d.give(rule, Duties.withStop(d, List.of(Job.ABORT, Job.APP_SETTLES)));
    }
}
