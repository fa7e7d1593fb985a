package dev.understudy.core.failover;

/// What a failed resource leads to.
public enum Action {
    /// It is shown, nothing else.
    NONE,
    /// The application is restarted, up to the restart limit.
    RESTART,
    /// The module is stopped and started; on PRIM a failover. Counted like a restart.
    STOPSTART,
    /// The module is stopped; a SECOND takes over.
    STOP,
    /// The roles are exchanged if both copies are equal, else the application is restarted.
    SWAP,
    /// The module waits until the resource is up again; a SECOND takes over.
    WAIT
}
