package dev.understudy.tests.simulator;

/// What may happen to the two machines.
public enum Fault {
    /// The daemon dies; the guard fences and says so.
    KILL_DAEMON,
    /// Daemon and guard die; the kernel lives on.
    KILL_BOTH,
    /// The machine loses power: page cache and memory are gone.
    POWER,
    /// The machine loses power while it writes its record: the slot is torn.
    POWER_TORN,
    /// Both machines lose power.
    POWER_BOTH,
    /// The daemon does not run for 0.8 to 3 seconds.
    PAUSE_SHORT,
    /// The daemon does not run for 5 to 30 seconds.
    PAUSE_LONG,
    /// The replication networks break, both ways.
    CUT,
    /// They break in one direction.
    CUT_ONE_WAY,
    /// A machine loses its client network, with gateway and virtual address.
    CUT_CLIENTS,
    /// The replication networks break, and a machine loses its client network for a moment while
    /// its peer looks for its address.
    PROBE_BLIP,
    /// A machine loses all its networks.
    ISOLATE,
    /// The replication networks come and go, 2 times a second.
    FLAP,
    /// Datagrams are lost.
    LOSS,
    /// Datagrams are late and overtake each other.
    DELAY,
    /// Datagrams arrive twice.
    DUPLICATE,
    /// Nobody answers pings.
    WITNESS_DOWN,
    /// Durable writes take up to 2 seconds.
    SLOW_DISK,
    /// The outcome of the next register change stays unknown.
    REGISTER_UNKNOWN,
    /// The next hook fails.
    HOOK_FAILS,
    /// The next hook hangs.
    HOOK_HANGS,
    /// The daemon dies, and somebody changes a file while the directories are not mounted.
    HAND_EDIT,
    /// The application does not start on one machine for a while.
    APP_BROKEN,
    /// The application starts and a checker finds it down soon after, for a while.
    APP_CRASHES,
    /// A checker finds the application down.
    RESOURCE_DOWN,
    /// SECOND's disk refuses a write.
    SECOND_DISK,
    /// The stream stands, but SECOND acknowledges nothing.
    STREAM_STALLS,
    /// The operator swaps.
    SWAP,
    /// The operator stops a node and starts it again.
    STOP_START,
    /// The operator stops a node by force and starts it again.
    FORCE_STOP,
    /// The operator holds automatic failover to a node for a while.
    FAILOVER_HELD,
    /// The operator restarts the application.
    RESTART,
    /// The operator's stopstart.
    STOPSTART,
    /// A resource that the module needs is down for a while.
    RESOURCE_WAITS,
    /// The virtual address is used by a third machine.
    VIP_TAKEN,
    /// The data path stops with a fault of its own.
    DATA_FAULT,
    /// The copy is not what it was.
    SUSPECT,
    /// SECOND reports its disk through the stream.
    PEER_DISK,
    /// Another configuration, on one node after the other.
    RECONFIGURE,
    /// The operator switches failover off for a while.
    FAILOVER_OFF,
    /// A resource is down on one machine and up on the other: failover rules act.
    RULE_HOLDS,
    /// A resource is down on both, and a failover rule would swap to and fro.
    RULES_QUARREL,
    /// The preferred primary does not get the service back for a while.
    SWAP_BACK_CLOSED,
    /// The operator detaches a stopped side for a while.
    DETACH,
    /// The operator forces a node that does not serve.
    FORCE_PRIM,
    /// The source of a resynchronisation loses power in the middle of it; where operators force,
    /// one forces the half overwritten copy.
    SOURCE_LOST,
    /// The third vote's host is off.
    VOTER_DOWN,
    /// Its daemon dies and comes back at once.
    VOTER_RESTARTS,
    /// Its durable writes take up to 2 seconds.
    VOTER_SLOW,
    /// It comes back with an empty disk; an administrator replaces its vote.
    VOTER_WIPED,
    /// One machine does not reach it.
    VOTER_CUT,
    /// Nobody reaches it.
    VOTER_ALONE,
    /// The peer is not reached, and so is the witness, from one machine.
    PARTITION,
    /// The fencing command of a node fails for a while.
    FENCING_FAILS,
    /// It takes so long that it is killed, and may have done its work or do it still.
    FENCING_SLOW;

    /// Faults of the third vote; with two votes there is none.
    boolean isOfVotes() {
        return isOfVoterAlone() || this == PARTITION;
    }

    /// Faults of the fencing command; most plans have none.
    boolean isOfFencing() {
        return this == FENCING_FAILS || this == FENCING_SLOW;
    }

    /// Faults of nothing but the third vote.
    boolean isOfVoterAlone() {
        return switch (this) {
            case VOTER_DOWN, VOTER_RESTARTS, VOTER_SLOW, VOTER_WIPED, VOTER_CUT, VOTER_ALONE ->
                    true;
            default -> false;
        };
    }
}
