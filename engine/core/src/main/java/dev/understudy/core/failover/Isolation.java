package dev.understudy.core.failover;

/// What silence of the peer allows.
public enum Isolation {
    /// Two votes: SECOND takes over from silence only on evidence, within its window; PRIM waits
    /// that window.
    PROTECT,
    /// Two votes: both sides may go on alone; what diverges is detected when they meet.
    AVAILABLE,
    /// Two votes: silence never starts a SECOND; an operator decides.
    MANUAL,
    /// Three votes: either side may ask, and a majority of the register's voters decides; silence
    /// needs no evidence. Instead of whatever the module says, while the cluster has a third vote.
    MAJORITY
}
