package dev.understudy.safe;

/// Says what a finding means for the module.
public enum Severity {
    /// The module must not be installed.
    ERROR,
    /// The module works, but an operator will regret it some day.
    WARNING,
    /// Something could be better.
    ADVICE;

    /// Gives the word that people read: lower case.
    public String word() {
        return switch (this) {
            case ERROR -> "error";
            case WARNING -> "warning";
            case ADVICE -> "advice";
        };
    }
}
