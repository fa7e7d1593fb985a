package dev.understudy.core.failover;

/// What a node knows of its own copy of the replicated directories; kept across restarts.
public enum DataState {
    /// Never synchronised; whatever lies there has no history.
    NEW,
    /// Held every acknowledged write when this was last written down.
    UP_TO_DATE,
    /// Complete and consistent, but the peer may have gone on without it.
    OUTDATED,
    /// Being overwritten by a resynchronisation; of no use alone.
    SYNCING,
    /// The resynchronisation is complete and durable; waiting for the register to count it.
    READY,
    /// A disk error, a wrong disk or a restored image: not trusted.
    SUSPECT,
    /// Both sides wrote; this side lost and holds writes that exist nowhere else.
    DIVERGED
}
