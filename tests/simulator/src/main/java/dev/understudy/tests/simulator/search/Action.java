package dev.understudy.tests.simulator.search;

import java.util.List;

/// What may come next.
///
/// @param kind what
/// @param side 0 or 1 where it matters: who it befalls, or who is first
record Action(Kind kind, int side) {
    /// Sorts of actions.
    enum Kind {
        /// Half a second goes by; the node named is the first in all that both do.
        TIME(false),
        /// A client writes.
        WRITE(false),
        /// The operator swaps.
        SWAP(false),
        /// The operator stops a node.
        STOP(false),
        /// The operator starts a stopped node.
        START(false),
        /// Both directions of the link break.
        CUT(true),
        /// Nothing gets from this node to the other.
        CUT_FROM(true),
        /// A machine loses its client network.
        CUT_CLIENTS(true),
        /// Nobody answers pings.
        PING_DOWN(true),
        /// The third vote is down.
        VOTER_DOWN(true),
        /// This node does not reach the third vote.
        VOTER_CUT(true),
        /// The daemon dies; the guard fences and says so.
        KILL(true),
        /// Daemon and guard die; the kernel lives.
        KILL_BOTH(true),
        /// The machine loses power.
        POWER(true),
        /// The daemon stands still.
        PAUSE(true),
        /// The next answer of the disk comes half a second late.
        SLOW(true),
        /// The outcome of the next register change is unknown; it has happened.
        UNKNOWN_DONE(true),
        /// It has not happened.
        UNKNOWN_NOT(true),
        /// The daemon dies just before its next durable write.
        CRASH_BEFORE(true),
        /// Just after it.
        CRASH_AFTER(true),
        /// The link is whole again.
        HEAL(false),
        /// The client network is back.
        HEAL_CLIENTS(false),
        /// Pings are answered again.
        PING_UP(false),
        /// The third vote is back.
        VOTER_UP(false),
        /// This node reaches it again.
        HEAL_VOTER(false),
        /// The machine is switched on, or the daemon started.
        RESTART(false),
        /// The daemon runs on.
        RESUME(false);

        final boolean isFault;

        Kind(boolean isFault) {
            this.isFault = isFault;
        }
    }

    private static final List<Kind> KINDS = List.of(Kind.values());

    int code() {
        return KINDS.indexOf(kind) * 2 + side;
    }

    static Action of(int code) {
        return new Action(KINDS.get(code / 2), code % 2);
    }

    @Override
    public String toString() {
        return kind + " " + (side == 0 ? "a" : "b");
    }
}
