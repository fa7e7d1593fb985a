package dev.understudy.core.register;

/// How a register changes.
public enum Form {
    /// Two votes: each node decides on its own copy, when its evidence allows.
    OWN_COPIES,
    /// A change needs a majority of the voters.
    MAJORITY
}
