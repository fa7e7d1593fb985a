package dev.understudy.core.failover;

/// With two votes only: what silence of the peer allows.
public enum Isolation {
    /// SECOND takes over from silence only on evidence, within its window; PRIM waits that window.
    PROTECT,
    /// Both sides may go on alone; what diverges is detected when they meet.
    AVAILABLE,
    /// Silence never starts a SECOND; an operator decides.
    MANUAL
}
