package dev.understudy.core.failover;

/// What an operator asks of one module on one node.
public enum Command {
    /// Start: the register decides as what.
    START,
    /// Stop; a SECOND takes over from a stopped PRIM at once.
    STOP,
    /// Stop without scripts that ask politely: kill what runs; also ends a stop under way.
    FORCESTOP,
    /// Start as the one that serves.
    PRIM,
    /// Start as SECOND of a node that serves.
    SECOND,
    /// Stop and start the application; roles stay.
    RESTART,
    /// Stop, then start again; on PRIM a failover.
    STOPSTART,
    /// Exchange the roles.
    SWAP,
    /// Forbid that this side is resynchronised, until attach.
    DETACH,
    /// Allow it again.
    ATTACH,
    /// Let this node take over, or be given the service, by itself again.
    FAILOVER_ON,
    /// Let it do so by an operator's word only, until [#FAILOVER_ON].
    FAILOVER_OFF
}
