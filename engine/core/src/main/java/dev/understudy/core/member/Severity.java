package dev.understudy.core.member;

/// Says what a person has to do about a fault.
public enum Severity {
    /// The process cannot go on.
    FATAL,
    /// A person must act.
    ERROR,
    /// We coped; somebody should look soon.
    WARN
}
