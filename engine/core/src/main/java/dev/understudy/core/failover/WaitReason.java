package dev.understudy.core.failover;

/// Why a node does not do more than it does; shown by `safe state`, with what ends it.
public enum WaitReason {
    /// Nothing is waited for.
    NONE(""),
    /// Stop scripts, mount and verification of the start are under way.
    STARTING("starting: stop scripts, mount, check of the directories"),
    /// The first heartbeats have not had the time to arrive.
    LISTENING("listening for the peer"),
    /// Both copies are new.
    NEW_DATA("both copies are new: choose the side whose data count with 'prim'"),
    /// Not a member of the register, and the member is silent.
    PEER_HAS_THE_DATA("the peer holds newer data and is silent: start it, or 'prim --force' here"),
    /// The source of a resynchronisation is silent, and what it overwrote is kept.
    HALF_COPIED(
            "the peer, from which this copy was being resynchronised, is silent: start it; or 'prim"
                    + " --force' here, which first sets the copy back to what it was before"),
    /// The same, and nothing is kept.
    HALF_OVERWRITTEN(
            "the peer, from which this copy was being resynchronised, is silent and the copy here is"
                    + " half overwritten: start the peer"),
    /// Being set back.
    SETTING_BACK("the copy here is being set back to what it was before the resynchronisation"),
    /// Member of a pair, alone, and not sure to hold everything or not sure that the peer is down.
    PEER_NEEDED("the peer may hold newer data and is silent: start it, or 'prim --force' here"),
    /// The peer is there and is the one to start.
    PEER_STARTS_FIRST("the peer is the one to serve: start it there"),
    /// The peer serves and has to take note first.
    PEER_TAKES_NOTE("the peer is about to take note of this restart"),
    /// Resynchronising.
    SYNCING("being resynchronised from the peer"),
    /// Resynchronised, to be counted by the register.
    READY("resynchronised, about to stand by"),
    /// Different module or configuration.
    CONFIGURATION_DIFFERS("module or configuration differ between the nodes: install on both"),
    /// Detached by an operator.
    DETACHED("detached: 'attach' allows this side to be resynchronised"),
    /// Own copy is not trusted.
    SUSPECT_DATA(
            "the copy here is suspect: repair the disk, then 'second --force' (it keeps in"
                    + " quarantine what only this copy may have)"),
    /// Both wrote.
    DIVERGED_DATA(
            "both sides wrote; this side lost: 'second --force' keeps in quarantine what it has of"
                    + " its own and takes the peer's data; or 'prim --force'"),
    /// Being kept before it is overwritten.
    KEEPING("what the copy here has of its own is being put into quarantine"),
    /// Could not be kept.
    KEEP_REFUSED(
            "quarantine cannot take what the copy here has of its own, see the journal: make room"
                    + " ('quarantine drop', replication.quarantine), then 'second --force'"),
    /// Nothing in common with the serving copy.
    UNRELATED_DATA("the copy here has no history in common with the peer's: 'second --force'"),
    /// Serving, but the application could not be started or kept running: tried again after a
    /// pause.
    APPLICATION_FAILED(
            "the application fails on this node and is tried again after a pause: repair it;"
                    + " 'restart' tries at once"),
    /// A resource with action wait is down.
    RESOURCE_DOWN("a resource that the module needs is down"),
    /// PRIM without lease.
    FROZEN("heartbeats of the peer are missing: writes wait"),
    /// PRIM without lease that SECOND may have taken for dead.
    FROZEN_FOR_GOOD(
            "the peer is silent and may have taken over: writes wait; restore the link, or, if the"
                    + " peer does not serve, 'prim --force'"),
    /// Three votes, and not two of them can be asked.
    NO_MAJORITY(
            "neither the peer nor the witness votes, so nobody may decide: restore the link to one"
                    + " of them"),
    /// SECOND after its window.
    WINDOW_OVER(
            "the peer is silent and may have gone on alone: restore the link, or 'prim --force'"),
    /// Automatic failover is off.
    FAILOVER_OFF("failover is off: 'prim --force' here, or restore the peer"),
    /// Stop scripts are running.
    STOPPING("stopping"),
    /// The data path could not mount or stopped with a fault.
    DATA_PATH_FAULT("the data path stopped with a fault, see the journal: repair, then 'start'");

    private final String text;

    WaitReason(String text) {
        this.text = text;
    }

    /// What an operator reads; empty for NONE.
    public String text() {
        return text;
    }
}
