package dev.understudy.core.failover;

/// Which of a module's checkers run.
public enum Phase {
    /// The module is started and the application does not run: what it waits for is looked at.
    PRE,
    /// The node serves: PRIM or ALONE.
    PRIM,
    /// The node stands by.
    SECOND
}
