package dev.understudy.core.failover;

/// SECOND's command that switches a silent PRIM off: better than any evidence, so it is tried first
/// and its failure leaves the rest of the window to the evidence.
final class Fencing {
    /// How many looks ago the ping witness may have answered last.
    private static final int LOOKS = 4;

    private Fencing() {}

    /// The command is under way or begins now: nothing else decides meanwhile.
    static boolean decides(Draft d) {
        if (d.fencing.isUnderWay()) {
            if (d.now < d.fencing.deadlineNs() + d.timing().probeNs()) {
                return true;
            }
            failed(d, "no answer");
        }
        if (!isDue(d)) {
            return false;
        }
        long withinNs = d.settings.fencingNs();
        d.fencing =
                new Node.Fencing(
                        d.fencing.run() + 1,
                        true,
                        d.now + withinNs,
                        d.pairedIncarnation,
                        d.receivedNs);
        d.journal(Rule.FENCES, "silentMs=" + (d.now - d.receivedNs) / 1_000_000);
        d.act(new Effect.Fence(d.fencing.run(), withinNs));
        return true;
    }

    /// Once for each silence, only if it can end within the window, and never while the ping
    /// witness is silent: then it is this node that is cut off, and the peer must live.
    private static boolean isDue(Draft d) {
        Node.Evidence e = d.lease.evidence();
        boolean isWitnessed =
                !d.settings.hasWitness()
                        || (e.witnessNs() > d.receivedNs
                                && d.now - e.witnessNs() <= LOOKS * d.timing().probeNs());
        return d.settings.isFencing()
                && isWitnessed
                && d.pairedIncarnation != 0
                && d.fencing.silentSinceNs() != d.receivedNs
                && d.now + d.settings.fencingNs() <= d.windowEndNs();
    }

    /// Without a virtual address nothing is looked for, but the witness is asked before fencing.
    static boolean asksWitness(Draft d) {
        return d.settings.isFencing() && d.settings.hasWitness() && d.state == State.SECOND;
    }

    static void ended(Draft d, Event.FencingEnded ended) {
        if (!d.fencing.isUnderWay() || ended.run() != d.fencing.run()) {
            return;
        }
        boolean isTooLate = d.now > d.windowEndNs();
        if (ended.isDone() && !isTooLate) {
            d.fencedIncarnation = Math.max(d.fencedIncarnation, d.fencing.incarnation());
            d.fencing = d.fencing.ended(true);
            d.isMoved = true;
        } else if (ended.isDone()) {
            // This process was held up: the peer may have gone on alone before it was switched off.
            failed(d, "too late: " + ended.text());
        } else {
            failed(d, ended.text());
        }
    }

    private static void failed(Draft d, String why) {
        d.journal(Rule.FENCING_FAILED, why);
        d.fencing = d.fencing.ended(false);
    }

    /// By which rule a fenced peer is followed: the guard's word, or the command's.
    static Rule rule(Draft d) {
        boolean byCommand =
                !d.fencing.isUnderWay() && d.fencing.incarnation() == d.fencedIncarnation;
        return byCommand ? Rule.TAKES_OVER_FROM_SWITCHED_OFF : Rule.TAKES_OVER_FROM_FENCED;
    }
}
