package dev.understudy.core.failover;

import dev.understudy.core.member.Register;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// STOP and WAIT: rules S1 to S6, who may begin to serve.
final class Starting {
    private Starting() {}

    /// Begins a start: stop scripts first, then the directories; then [#whileWaiting] decides.
    static void start(Draft d, Node.Goal goal, String why) {
        if (d.settings.isLight()) {
            Light.start(d, goal, why);
            return;
        }
        d.goal = goal;
        d.become(State.WAIT, Rule.START, why);
        d.persist(d.saved.withStarted(true));
        if (d.disk.hasFault() || !d.disk.isMounted()) {
            d.disk = Node.Disk.NONE;
            d.act(new Effect.MountReadOnly());
        }
        Chores.prestart(d);
        d.give(Rule.START, List.of(Job.APP_SETTLES, Job.VERIFY));
    }

    static void whileStopped(Draft d) {
        d.because(WaitReason.NONE);
        Beat peer = d.contact();
        if (peer != null && d.isIdle()) {
            adopt(d, peer);
        }
    }

    static void whileWaiting(Draft d) {
        if (!d.isIdle()) {
            d.because(
                    d.isStopping()
                            ? WaitReason.STOPPING
                            : d.jobs.contains(Job.SET_BACK)
                                    ? WaitReason.SETTING_BACK
                                    : d.isHeld() ? WaitReason.NO_MAJORITY : WaitReason.STARTING);
            return;
        }
        if (d.isStopping()) {
            return;
        }
        Beat peer = d.contact();
        if (peer != null && adopt(d, peer)) {
            return;
        }
        if (peer != null && givesWay(d, peer)) {
            return;
        }
        WaitReason blocked = blocked(d);
        if (blocked != WaitReason.NONE) {
            d.because(blocked);
        } else if (peer == null) {
            lonely(d);
        } else {
            together(d, peer);
        }
        if (d.isIdle() && d.state == State.WAIT && d.join.id() != 0) {
            boolean joins = blocked == WaitReason.NONE && isJoinable(peer);
            if (!joins) {
                Joining.leave(d);
            }
        }
    }

    private static boolean isJoinable(@Nullable Beat peer) {
        return peer != null && peer.isServing();
    }

    /// Takes over a newer register of the peer. A register that no longer counts this node makes
    /// its copy outdated, before the register is adopted.
    static boolean adopt(Draft d, Beat peer) {
        Register theirs = peer.register();
        if (!theirs.epoch().isAfter(d.register.epoch()) || isConflict(d, peer)) {
            return false;
        }
        if (Joining.isCounted(d, peer)) {
            return false;
        }
        if (!theirs.isMember(d.self())) {
            markOutdated(d, peer);
        }
        d.give(Rule.REGISTER_ADOPTED, List.of(Job.CHANGE_ADOPT));
        d.journal(Rule.REGISTER_ADOPTED, theirs.toString());
        return true;
    }

    private static boolean isConflict(Draft d, Beat peer) {
        return d.register.isOnlyMember(d.self())
                && peer.register().isOnlyMember(d.peer())
                && !Meeting.yields(d, peer);
    }

    static void markOutdated(Draft d, Beat peer) {
        DataState now = d.saved.data();
        if (now != DataState.UP_TO_DATE && now != DataState.READY) {
            return;
        }
        Lineage.Relation relation = d.saved.lineage().to(peer.lineage());
        if (relation == Lineage.Relation.DIVERGED || relation == Lineage.Relation.AHEAD) {
            d.journal(Rule.BOTH_WROTE, "relation=" + relation);
            d.persist(d.saved.with(DataState.DIVERGED));
        } else {
            d.journal(Rule.MARKED_OUTDATED, peer.register().toString());
            d.persist(d.saved.with(DataState.OUTDATED));
        }
    }

    private static WaitReason blocked(Draft d) {
        if (d.disk.hasFault()) {
            return WaitReason.DATA_PATH_FAULT;
        }
        if (!d.downResources.isEmpty()) {
            return WaitReason.RESOURCE_DOWN;
        }
        if (d.goal.isForced() && d.goal.wanted() == Node.Wanted.SECOND) {
            return WaitReason.NONE; // the operator gave this copy up
        }
        return switch (d.saved.data()) {
            case SUSPECT -> WaitReason.SUSPECT_DATA;
            case DIVERGED -> WaitReason.DIVERGED_DATA;
            default -> WaitReason.NONE;
        };
    }

    /// The peer is silent: only a node that the register counts alone starts by itself.
    private static void lonely(Draft d) {
        if (!d.isSilentFor(d.timing().graceNs())) {
            d.because(WaitReason.LISTENING);
            return;
        }
        boolean complete = d.saved.data() == DataState.UP_TO_DATE;
        if (d.register.isOnlyMember(d.self()) && complete && !d.mayPeerBeAlone()) {
            serve(d, Rule.LAST_MEMBER_SERVES);
        } else if (d.register.isPair()) {
            boolean sure = complete && !d.mayPeerBeAlone() && !hasLostMemory(d.saved, d.life);
            boolean may = d.settings.isolation() == Isolation.AVAILABLE || d.isByMajority();
            if (may && sure) {
                serve(d, Rule.LONE_MEMBER_SERVES);
            } else {
                d.because(WaitReason.PEER_NEEDED);
            }
        } else if (d.register.isOnlyMember(d.self()) && complete) {
            d.because(WaitReason.PEER_NEEDED);
        } else {
            d.because(
                    switch (d.saved.data()) {
                        case NEW -> WaitReason.NEW_DATA;
                        case SYNCING ->
                                d.disk.isRestorable()
                                        ? WaitReason.HALF_COPIED
                                        : WaitReason.HALF_OVERWRITTEN;
                        case UP_TO_DATE, OUTDATED, READY, SUSPECT, DIVERGED ->
                                WaitReason.PEER_HAS_THE_DATA;
                    });
        }
    }

    /// An ex-SECOND or READY joiner lost its queue; after a reboot a page cache that counted is
    /// lost.
    static boolean hasLostMemory(Saved saved, Node.Life life) {
        return saved.wasSecond() || (saved.wasServing() && !saved.bootId().equals(life.bootId()));
    }

    private static void together(Draft d, Beat peer) {
        if (peer.isServing()) {
            withServingPeer(d, peer);
            return;
        }
        if (peer.state() == State.SECOND) {
            d.because(WaitReason.PEER_STARTS_FIRST);
            return;
        }
        if (d.register.isOnlyMember(d.self()) && peer.register().isOnlyMember(d.peer())) {
            Meeting.whileWaiting(d, peer);
            return;
        }
        boolean complete =
                d.saved.data() == DataState.UP_TO_DATE || d.saved.data() == DataState.READY;
        if (d.register.isOnlyMember(d.self()) && complete) {
            serve(d, Rule.LAST_MEMBER_SERVES);
        } else if (d.register.isPair() && d.register.isMember(d.self()) && complete) {
            pairRestarted(d, peer);
        } else {
            boolean isNew = d.saved.data() == DataState.NEW && peer.data() == DataState.NEW;
            d.because(isNew ? WaitReason.NEW_DATA : WaitReason.PEER_STARTS_FIRST);
        }
    }

    /// Both restarted: the register names the one that starts, at once. Only that one may change a
    /// pair's register, so that two nodes never begin on what they last heard of each other.
    private static void pairRestarted(Draft d, Beat peer) {
        // A peer with an older register was counted by ours; it has only to take note.
        boolean known = peer.register().equals(d.register) || isOlder(peer, d);
        boolean named = d.self().equals(d.register.primary());
        // A peer that waited before it stood by may have taken over since: it must have heard that
        // this node no longer serves.
        boolean isNews = d.echoedNs >= d.life.leftServiceNs();
        if (named && isPeerBetter(d, peer)) {
            d.because(WaitReason.PEER_STARTS_FIRST);
        } else if (known && named && isNews) {
            serve(d, Rule.NAMED_MEMBER_SERVES);
        } else {
            d.because(WaitReason.PEER_STARTS_FIRST);
        }
    }

    /// The named node cannot serve, or may lack writes, and its peer can: it changes the name.
    private static boolean givesWay(Draft d, Beat peer) {
        boolean cannot =
                d.trouble.isFailed()
                        || isPeerBetter(d, peer)
                        || d.goal.wanted() == Node.Wanted.SECOND
                        || blocked(d) != WaitReason.NONE;
        boolean peerCan =
                peer.state() == State.WAIT
                        && peer.marks().isSettled()
                        && !peer.marks().isAppFailed()
                        && peer.data() == DataState.UP_TO_DATE
                        && peer.register().equals(d.register);
        if (!cannot || !peerCan || !d.register.isPair() || !d.self().equals(d.register.primary())) {
            return false;
        }
        d.journal(Rule.GIVES_WAY, peer.data().toString());
        d.give(Rule.GIVES_WAY, List.of(Job.CHANGE_SWAP));
        return true;
    }

    /// This node may lack acknowledged writes and the peer, which left in order, does not.
    private static boolean isPeerBetter(Draft d, Beat peer) {
        return hasLostMemory(d.saved, d.life)
                && !peer.marks().hasLostMemory()
                && peer.data() == DataState.UP_TO_DATE
                && peer.register().equals(d.register);
    }

    private static boolean isOlder(Beat peer, Draft d) {
        return d.register.epoch().isAfter(peer.register().epoch());
    }

    private static void withServingPeer(Draft d, Beat peer) {
        boolean bothClaim =
                d.register.isOnlyMember(d.self()) && peer.register().isOnlyMember(d.peer());
        if (bothClaim) {
            Meeting.whileWaiting(d, peer);
        } else if (peer.state() == State.PRIM) {
            if (!Joining.becomesSecondIfCounted(d, peer)) {
                d.because(WaitReason.PEER_TAKES_NOTE);
            }
        } else if (d.register.epoch().equals(peer.register().epoch())) {
            Joining.asTarget(d, peer);
        } else {
            d.because(WaitReason.PEER_TAKES_NOTE);
        }
    }

    static void serve(Draft d, Rule rule) {
        if (d.goal.wanted() == Node.Wanted.SECOND) {
            d.because(WaitReason.PEER_STARTS_FIRST);
            return;
        }
        d.journal(rule, "data=" + d.saved.data());
        d.give(rule, List.of(Job.CHANGE_ALONE, Job.BECOME_ALONE));
    }
}
