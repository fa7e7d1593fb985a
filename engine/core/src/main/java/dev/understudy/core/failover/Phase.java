package dev.understudy.core.failover;

/// Which of a module's checkers run.
public enum Phase {
    /// The node serves: PRIM or ALONE.
    PRIM,
    /// The node stands by.
    SECOND
}
