package dev.understudy.core.failover;

/// A step of role and data work; one at a time, in order.
public enum Job {
    /// Until the application is where it should be.
    APP_SETTLES,
    /// Until the directories are mounted and verified.
    VERIFY,
    /// Until a half overwritten copy is what it was before.
    SET_BACK,
    /// Remove the virtual addresses.
    DROP_VIP,
    /// Close the gate.
    CLOSE_GATE,
    /// Until both copies are equal and durable, or its time is over.
    BARRIER,
    /// Like [#BARRIER], but its failure ends a swap.
    SWAP_BARRIER,
    /// Until the dirty map is complete.
    SEAL,
    /// Until the received tail is applied.
    TAIL,
    /// The tail is applied: this copy lacks nothing as long as the machine runs.
    KEEP_TAIL,
    /// Drop what is not applied, receive nothing.
    DEMOTE,
    /// Free blocked applications, mount read-only.
    ABORT,
    /// Mount read-only.
    REST,
    /// Register: this node alone.
    CHANGE_ALONE,
    /// Register: both, this node serves.
    CHANGE_PAIR,
    /// Register: both, the peer serves.
    CHANGE_SWAP,
    /// Register: as the peer has it.
    CHANGE_ADOPT,
    /// The last scripts of a stop.
    POSTSTOP,
    /// Serve alone.
    BECOME_ALONE,
    /// Serve with a SECOND.
    BECOME_PRIM,
    /// Stand by.
    BECOME_SECOND,
    /// Wait.
    BECOME_WAIT,
    /// Stopped.
    BECOME_STOP
}
