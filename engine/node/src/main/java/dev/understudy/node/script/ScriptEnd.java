package dev.understudy.node.script;

import java.util.List;

/// How a run of a script ended, as the host or its loss says.
///
/// @param value JSON text of what the script returned, or empty
/// @param where place in the script, or empty
/// @param awaiting calls that were open
record ScriptEnd(
        Kind kind,
        String value,
        String message,
        String where,
        List<String> stack,
        List<String> awaiting) {
    enum Kind {
        OK,
        FAILED,
        /// Ended by us at its deadline, or because it is no longer wanted.
        STOPPED,
        EXHAUSTED,
        /// The host is gone; what the script did is unknown.
        LOST
    }

    ScriptEnd {
        stack = List.copyOf(stack);
        awaiting = List.copyOf(awaiting);
    }

    static ScriptEnd lost(String message) {
        return new ScriptEnd(Kind.LOST, "", message, "", List.of(), List.of());
    }
}
