package dev.understudy.core.failover;

import java.util.List;

/// Two copies of the register that each count one node alone: both went on, by `available`, by
/// force or in the one case that `protect` cannot see. Both sides decide alike, on the same facts.
final class Meeting {
    private Meeting() {}

    /// Tells whether this node has to yield to the peer's claim.
    static boolean yields(Draft d, Beat peer) {
        Lineage.Relation relation = d.saved.lineage().to(peer.lineage());
        return switch (relation) {
            case AHEAD -> false;
            case BEHIND -> true;
            case SAME, DIVERGED, UNRELATED -> {
                boolean mine = d.isServing();
                boolean theirs = peer.isServing();
                if (mine != theirs) {
                    yield theirs;
                }
                boolean hesitant = d.saved.peerMayBeAlone();
                if (hesitant != peer.marks().peerMayBeAlone()) {
                    yield hesitant;
                }
                if (d.settings.isPreferred() != peer.marks().isPreferred()) {
                    yield peer.marks().isPreferred();
                }
                yield d.peer().compareTo(d.self()) < 0;
            }
        };
    }

    static void whileAlone(Draft d, Beat peer) {
        if (yields(d, peer)) {
            boolean wrote = d.saved.lineage().to(peer.lineage()) == Lineage.Relation.DIVERGED;
            Losing.overruled(
                    d,
                    wrote ? Rule.BOTH_WROTE : Rule.BOTH_ALONE_YIELDS,
                    "peer has " + peer.register());
        } else if (peer.register().epoch().compareTo(d.register.epoch()) >= 0) {
            d.journal(Rule.BOTH_ALONE_KEEPS, "peer has " + peer.register());
            d.give(Rule.BOTH_ALONE_KEEPS, List.of(Job.CHANGE_ALONE, Job.BECOME_ALONE));
        }
    }

    static void whileWaiting(Draft d, Beat peer) {
        if (yields(d, peer)) {
            Starting.markOutdated(d, peer);
            d.because(WaitReason.PEER_STARTS_FIRST);
        } else if (!peer.isServing() && d.saved.data() == DataState.UP_TO_DATE) {
            Starting.serve(d, Rule.BOTH_ALONE_KEEPS);
        } else {
            d.because(WaitReason.PEER_TAKES_NOTE);
        }
    }
}
