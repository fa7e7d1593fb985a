package dev.understudy.core.failover;

import dev.understudy.core.member.Check;
import java.util.List;

/// The return of a node: target and source of a resynchronisation, and how both become a pair.
///
/// The target states its wish by a join id, the source agrees by the same id; then the target's
/// record says SYNCING and the copy begins. READY is durable before the source may count it.
final class Joining {
    private static final long RETRY_NS = 1_000_000_000L;

    /// How long a wish to be resynchronised stands unanswered before it is uttered anew.
    private static final long WISH_NS = 5_000_000_000L;

    private Joining() {}

    static Node.Join none(Draft d) {
        return new Node.Join(0, false, false, false, 0, 0, d.join.lastId());
    }

    // ---- target

    static void asTarget(Draft d, Beat peer) {
        WaitReason refused = refusal(d, peer);
        if (refused != WaitReason.NONE) {
            d.because(refused);
            if (d.join.id() != 0) {
                leave(d);
            }
            return;
        }
        if (Quarantine.isOwed(d, peer)) {
            Quarantine.keep(d);
            return;
        }
        Node.Join join = d.join;
        boolean current =
                join.id() != 0 && !join.isSource() && join.incarnation() == peer.incarnation();
        if (current && join.isAccepted() && peer.joinId() != join.id()) {
            d.journal(Rule.JOIN_FAILED, "the source dropped the resynchronisation");
            leave(d);
            current = false;
        }
        boolean wishes = current && !join.isAccepted();
        if (wishes && peer.joinId() == join.id()) {
            accepted(d, peer);
        } else if ((wishes || !current) && d.now >= d.join.retryNs()) {
            // A wish that was agreed to and dropped before this side took note is never heard
            // again.
            wish(d, peer);
        }
        d.because(
                d.saved.data() == DataState.READY && d.join.isAccepted()
                        ? WaitReason.READY
                        : WaitReason.SYNCING);
    }

    private static WaitReason refusal(Draft d, Beat peer) {
        if (d.saved.isDetached()) {
            return WaitReason.DETACHED;
        }
        if (!d.settings.digest().equals(peer.digest())) {
            return WaitReason.CONFIGURATION_DIFFERS;
        }
        boolean givenUp = d.goal.isForced() && d.goal.wanted() == Node.Wanted.SECOND;
        if (givenUp) {
            return WaitReason.NONE;
        }
        return switch (d.saved.lineage().to(peer.lineage())) {
            case SAME, BEHIND -> WaitReason.NONE;
            case UNRELATED ->
                    d.saved.data() == DataState.SYNCING
                            ? WaitReason.NONE // it is being overwritten already
                            : WaitReason.UNRELATED_DATA;
            case AHEAD, DIVERGED -> {
                if (d.saved.data() == DataState.SYNCING) {
                    yield WaitReason.NONE;
                }
                d.journal(Rule.BOTH_WROTE, peer.lineage().current().toString());
                d.persist(d.saved.with(DataState.DIVERGED));
                yield WaitReason.DIVERGED_DATA;
            }
        };
    }

    private static void wish(Draft d, Beat peer) {
        long id = d.join.lastId() + 1;
        long againNs = d.now + WISH_NS;
        d.join = new Node.Join(id, false, false, false, peer.incarnation(), againNs, id);
        d.journal(Rule.JOIN_BEGINS, "join=" + id + " from " + peer.from());
        d.tell();
        d.isMoved = true;
    }

    private static void accepted(Draft d, Beat peer) {
        Node.Join join = d.join;
        d.join = new Node.Join(join.id(), false, true, false, join.incarnation(), 0, join.lastId());
        d.journal(Rule.JOIN_BEGINS, "join=" + join.id() + " accepted");
        boolean consistent = SettingBack.isConsistent(d.saved.data());
        // From here on the copy is of no use alone, until it is READY.
        d.persist(
                d.saved
                        .with(DataState.SYNCING)
                        .withDuty(false, false, d.life.bootId())
                        .withPeerMayBeAlone(false));
        d.act(
                new Effect.JoinAsTarget(
                        d.peer(),
                        join.id(),
                        peer.register().epoch().value(),
                        d.goal.isFullSync(),
                        consistent));
        d.tell();
        d.isMoved = true;
    }

    static void targetReady(Draft d, long joinId) {
        if (d.state != State.WAIT || !d.join.isAccepted() || d.join.id() != joinId) {
            return;
        }
        Lineage source = d.requiredBeat().lineage();
        d.journal(Rule.JOIN_READY, "join=" + joinId);
        d.disk = d.disk.restorable(false); // complete: nothing of before is kept any longer
        d.persist(
                d.saved
                        .with(DataState.READY)
                        .with(source.joined())
                        .withDuty(true, false, d.life.bootId()));
        d.tell();
        d.isMoved = true;
    }

    /// Tells whether the peer's register counts this READY joiner of the same resynchronisation.
    static boolean isCounted(Draft d, Beat peer) {
        return d.saved.data() == DataState.READY
                && d.join.isAccepted()
                && d.join.incarnation() == peer.incarnation()
                && peer.state() == State.PRIM
                && peer.register().isPair()
                && peer.register().epoch().equals(d.register.epoch().next());
    }

    static boolean becomesSecondIfCounted(Draft d, Beat peer) {
        if (!isCounted(d, peer)) {
            return false;
        }
        d.journal(Rule.STANDS_BY, peer.register().toString());
        d.give(Rule.STANDS_BY, List.of(Job.CHANGE_ADOPT, Job.BECOME_SECOND));
        return true;
    }

    static void becomeSecond(Draft d) {
        Check.state(
                d.register.isPair() && d.peer().equals(d.register.primary()),
                "SECOND without the register: %s",
                d.register);
        Beat peer = d.requiredBeat();
        boolean fromJoin = d.state == State.WAIT;
        if (d.isServing()) {
            Leases.none(d);
        }
        Lineage lineage = fromJoin ? peer.lineage().joined() : d.saved.lineage();
        d.pairedIncarnation = peer.incarnation();
        d.join = none(d);
        d.wish = Node.Wish.NONE;
        d.goal = new Node.Goal(d.goal.wanted(), false, false, d.goal.startsAgain());
        // After a swap the peer may not have taken note and be about to take over from silence:
        // this
        // node decides nothing from silence before it has heard it serve.
        d.persist(
                d.saved
                        .with(DataState.UP_TO_DATE)
                        .with(lineage)
                        .withDuty(true, false, d.life.bootId())
                        .withPeerMayBeAlone(!fromJoin));
        d.act(new Effect.Follow(d.register.epoch().value()));
        String why =
                switch (d.cause) {
                    case RULE_SWAPS, RESOURCE_SWAPS, RESTART_LIMIT ->
                            fromJoin ? "" : "because of " + d.trouble.cause();
                    default -> "";
                };
        d.become(State.SECOND, fromJoin ? Rule.STANDS_BY : Rule.SWAP_DONE, why);
        d.because(WaitReason.NONE);
        Chores.aim(d, Node.Level.SECOND);
    }

    /// Ends a resynchronisation on this side; the next one takes a new id.
    static void leave(Draft d) {
        leave(d, RETRY_NS);
    }

    static void leave(Draft d, long pauseNs) {
        boolean began = d.join.isAccepted();
        d.join = new Node.Join(0, false, false, false, 0, d.now + pauseNs, d.join.lastId());
        if (began) {
            d.act(new Effect.Demote());
            if (d.saved.data() == DataState.READY) {
                d.persist(d.saved.with(DataState.SYNCING));
            }
        }
        d.tell();
        d.isMoved = true;
    }

    // ---- source

    static void asSource(Draft d, Beat peer) {
        dropIfGone(d);
        if (d.isStopping()) {
            return;
        }
        boolean wishes =
                peer.joinId() != 0
                        && peer.state() == State.WAIT
                        && peer.register().equals(d.register)
                        && peer.digest().equals(d.settings.digest());
        Node.Join join = d.join;
        if (!wishes) {
            return;
        }
        if (join.id() == 0) {
            boolean again =
                    peer.incarnation() == join.incarnation() && peer.joinId() <= join.lastId();
            if (!again) {
                d.join =
                        new Node.Join(
                                peer.joinId(),
                                true,
                                true,
                                false,
                                peer.incarnation(),
                                0,
                                peer.joinId());
                d.journal(Rule.JOIN_SERVED, "join=" + peer.joinId());
                d.act(new Effect.JoinAsSource(d.peer(), peer.joinId(), d.register.epoch().value()));
                d.tell();
            }
        } else if (join.isCaughtUp()
                && peer.data() == DataState.READY
                && peer.joinId() == join.id()) {
            d.journal(Rule.PAIR_FORMED, "join=" + join.id());
            d.give(Rule.PAIR_FORMED, List.of(Job.CHANGE_PAIR, Job.BECOME_PRIM));
        }
    }

    static void dropIfGone(Draft d) {
        if (!d.join.isSource() || d.join.id() == 0) {
            return;
        }
        Beat peer = d.contact();
        if (peer == null
                || peer.incarnation() != d.join.incarnation()
                || peer.joinId() != d.join.id()) {
            drop(d, peer == null ? "no contact" : "the target left");
        }
    }

    /// Drops the joiner before the register counts it; it begins anew with another id.
    static void drop(Draft d, String why) {
        Node.Join join = d.join;
        d.journal(Rule.JOIN_DROPPED, why);
        d.join = new Node.Join(0, true, false, false, join.incarnation(), 0, join.lastId());
        d.act(new Effect.DropJoiner());
        d.tell();
        d.isMoved = true;
    }

    static void caughtUp(Draft d, long joinId) {
        Node.Join join = d.join;
        if (join.isSource() && join.id() == joinId) {
            d.join = new Node.Join(joinId, true, true, true, join.incarnation(), 0, join.lastId());
        }
    }

    // ---- both

    static void failed(Draft d, long joinId, String reason) {
        if (d.join.id() != joinId || joinId == 0) {
            return;
        }
        d.journal(Rule.JOIN_FAILED, reason);
        if (d.join.isSource()) {
            if (d.state == State.ALONE && d.pending == null) {
                drop(d, reason);
            }
        } else {
            leave(d);
        }
    }

    static void streamLost(Draft d, String reason) {
        boolean mayCount = d.pending != null || d.jobs.contains(Job.CHANGE_PAIR);
        if (d.join.id() != 0 && d.state == State.ALONE && !mayCount) {
            failed(d, d.join.id(), reason);
        }
    }
}
