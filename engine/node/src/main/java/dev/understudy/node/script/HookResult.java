package dev.understudy.node.script;

import java.util.List;

/// Says how a hook ended; a hook always ends, and always in one of these.
public sealed interface HookResult {
    /// Time from the call to the end in nanoseconds.
    long elapsedNs();

    /// Says the result in one line for the journal.
    String text();

    /// Tells whether the hook did what it should.
    default boolean isOk() {
        return this instanceof Ok;
    }

    /// The hook ended well.
    ///
    /// @param what what ran: `script`, `services` or `nothing`
    record Ok(String what, long elapsedNs) implements HookResult {
        @Override
        public String text() {
            return "ok (" + what + ")";
        }
    }

    /// The script threw, or a service did not start or stop.
    ///
    /// @param message what went wrong
    /// @param where `scripts/start_prim.js:12:5`, or the id of the service
    /// @param stack frames of the script, innermost first, `function file:line:column`; empty for a
    ///   service
    record Failed(String message, String where, List<String> stack, long elapsedNs)
            implements HookResult {
        /// Copies the list.
        public Failed {
            stack = List.copyOf(stack);
        }

        @Override
        public String text() {
            return "failed at " + where + ": " + message;
        }
    }

    /// The deadline passed; what the hook had begun was ended.
    ///
    /// @param awaited what it waited for, with the place in the script: `exec /usr/bin/x at
    ///   scripts/stop_prim.js:3:9`
    /// @param processes process tree of the module at that moment, one line per process
    record TimedOut(String awaited, List<String> processes, long elapsedNs) implements HookResult {
        /// Copies the list.
        public TimedOut {
            processes = List.copyOf(processes);
        }

        @Override
        public String text() {
            return "timed out waiting for " + awaited;
        }
    }

    /// The script host was lost twice, or the module is being killed; what the hook did is unknown.
    ///
    /// @param reason why
    record Interrupted(String reason, long elapsedNs) implements HookResult {
        @Override
        public String text() {
            return "interrupted: " + reason;
        }
    }
}
