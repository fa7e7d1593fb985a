package dev.understudy.script;

import java.util.List;

/// How a run ended, as the script host saw it.
///
/// @param kind what happened
/// @param value JSON text of what the script returned, or an empty text
/// @param message what went wrong, for people; empty when ok
/// @param where `scripts/x.js:12:5` (1-based), or empty
/// @param stack frames of the script, innermost first, `function file:line:column`
/// @param awaiting calls that were not yet answered, with their places
record Outcome(
        Kind kind,
        String value,
        String message,
        String where,
        List<String> stack,
        List<String> awaiting) {
    /// What happened.
    enum Kind {
        /// The script's promise was fulfilled and nothing was left open.
        OK,
        /// The script threw, could not be parsed, or forgot to await.
        FAILED,
        /// The daemon ended it: interrupted or closed.
        STOPPED,
        /// It allocated more than its budget.
        EXHAUSTED
    }

    /// Copies the lists.
    Outcome {
        stack = List.copyOf(stack);
        awaiting = List.copyOf(awaiting);
    }

    static Outcome ok(String value) {
        return new Outcome(Kind.OK, value, "", "", List.of(), List.of());
    }

    static Outcome failed(String message, String where, List<String> stack) {
        return new Outcome(Kind.FAILED, "", message, where, stack, List.of());
    }
}
