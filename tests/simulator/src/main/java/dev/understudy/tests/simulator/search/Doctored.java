package dev.understudy.tests.simulator.search;

import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Saved;
import dev.understudy.core.failover.State;

/// Nodes and records in which one condition of the rules is made to hold.
final class Doctored {
    private Doctored() {}

    /// SECOND: the last beat of its own that PRIM had was answered now.
    static Node inWindow(Node node, long nowNs) {
        if (node.state() != State.SECOND) {
            return node;
        }
        Node.PeerView p = node.peer();
        Node.PeerView peer =
                new Node.PeerView(
                        p.beat(),
                        p.receivedNs(),
                        nowNs,
                        p.fencedIncarnation(),
                        p.pairedIncarnation(),
                        p.fencing());
        return with(node, node.saved(), peer, node.lease());
    }

    /// PRIM: no gap of the witness was ever seen, its address never lapsed, nothing froze it for
    /// good.
    static Node neverForGood(Node node) {
        if (node.state() != State.PRIM) {
            return node;
        }
        Node.Lease l = node.lease();
        Node.Evidence e = l.evidence();
        Node.Lease lease =
                new Node.Lease(
                        l.gateUntilNs(),
                        Math.max(l.vipUntilNs(), node.nowNs() + 2 * Model.Q),
                        true,
                        l.isFrozen(),
                        false,
                        new Node.Evidence(
                                e.probeId(),
                                e.askedNs(),
                                e.isProbing(),
                                e.witnessNs(),
                                false,
                                e.silentFromNs(),
                                e.silentToNs()));
        return with(node, node.saved(), node.peer(), lease);
    }

    /// SECOND: the address was silent since the last beat, and is now.
    static Node evident(Node node) {
        if (node.state() != State.SECOND || node.peer().receivedNs() == 0) {
            return node;
        }
        Node.Lease l = node.lease();
        Node.Evidence e = l.evidence();
        Node.Lease lease =
                new Node.Lease(
                        l.gateUntilNs(),
                        l.vipUntilNs(),
                        l.isVipRaised(),
                        l.isFrozen(),
                        l.isFrozenForGood(),
                        new Node.Evidence(
                                e.probeId(),
                                e.askedNs(),
                                false,
                                e.witnessNs(),
                                e.isUnseen(),
                                node.peer().receivedNs() + 1,
                                node.nowNs() + Model.Q));
        return with(node, node.saved(), node.peer(), lease);
    }

    /// Whoever wrote this was no SECOND.
    static Saved neverSecond(Saved s) {
        return new Saved(
                s.data(),
                s.lineage(),
                false,
                s.wasServing(),
                s.bootId(),
                s.peerMayBeAlone(),
                s.isDetached(),
                s.isStarted(),
                s.isFailoverHeld());
    }

    private static Node with(Node n, Saved saved, Node.PeerView peer, Node.Lease lease) {
        return new Node(
                n.settings(),
                n.life(),
                n.state(),
                n.goal(),
                n.reason(),
                saved,
                n.register(),
                peer,
                lease,
                n.duty(),
                n.wish(),
                n.app(),
                n.join(),
                n.disk(),
                n.nowNs());
    }
}
