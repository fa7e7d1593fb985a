package dev.understudy.core.rules;

/// What is known of a resource.
public enum Value {
    /// Nobody has looked, nobody looks any more, or the node that looks is silent.
    UNKNOWN,
    /// All is well.
    UP,
    /// It failed as often as its checker wants.
    DOWN
}
