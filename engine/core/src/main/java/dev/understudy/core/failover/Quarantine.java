package dev.understudy.core.failover;

/// What a copy that is given up has of its own goes into quarantine before it is overwritten (I9).
///
/// The record keeps saying DIVERGED or SUSPECT until that is durable, so that a crash on the way
/// leaves a copy that nothing overwrites.
final class Quarantine {
    private Quarantine() {}

    /// Tells whether this copy may have what exists nowhere else and is not kept yet.
    static boolean isOwed(Draft d, Beat peer) {
        return d.goal.keeping() != Node.Keeping.DONE
                && switch (d.saved.data()) {
                    case DIVERGED, SUSPECT -> true;
                    // NEW has no history; what SYNCING had was kept before it became that.
                    case NEW, SYNCING -> false;
                    case UP_TO_DATE, OUTDATED, READY ->
                            switch (d.saved.lineage().to(peer.lineage())) {
                                case SAME, BEHIND -> false;
                                case AHEAD, DIVERGED, UNRELATED -> true;
                            };
                };
    }

    /// Begins it, or says that it is under way or was refused.
    static void keep(Draft d) {
        switch (d.goal.keeping()) {
            case NOT_ASKED -> {
                d.journal(Rule.KEEPS_OWN, "data=" + d.saved.data());
                d.goal = d.goal.with(Node.Keeping.UNDER_WAY);
                d.act(new Effect.KeepOwn());
                d.because(WaitReason.KEEPING);
            }
            case UNDER_WAY, DONE -> d.because(WaitReason.KEEPING);
            case REFUSED -> d.because(WaitReason.KEEP_REFUSED);
        }
    }

    static void kept(Draft d, String text) {
        ends(d, Rule.OWN_KEPT, text, Node.Keeping.DONE);
    }

    static void refused(Draft d, String text) {
        ends(d, Rule.KEEP_REFUSED, text, Node.Keeping.REFUSED);
    }

    private static void ends(Draft d, Rule rule, String text, Node.Keeping how) {
        d.journal(rule, text); // also when nobody waits any more: it is there, or is not
        if (d.goal.keeping() == Node.Keeping.UNDER_WAY) {
            d.goal = d.goal.with(how);
            d.isMoved = true;
        }
    }
}
