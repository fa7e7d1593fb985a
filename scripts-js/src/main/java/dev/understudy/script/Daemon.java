package dev.understudy.script;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// What a run says to the daemon. No call blocks for an answer.
interface Daemon {
    /// Asks the daemon to act; it answers by [ScriptRun#reply].
    ///
    /// @param at place in the script, `scripts/x.js:3:9`, or empty
    void call(long run, long id, String function, JsonNode arguments, String at);

    /// Says that an answer is no longer wanted.
    void cancel(long run, long id);

    /// Writes a line into the module's log.
    void log(long run, String level, String text, String fields);

    /// Tells the calls that are open after a signal.
    void awaiting(long run, List<String> calls);

    /// Is asked when a run has nothing to do until an answer comes.
    ///
    /// @return true: an answer was posted meanwhile; false: wait for one
    default boolean idle(long run) {
        return false;
    }

    /// Tells the end of a run; the last word about it.
    void result(long run, Outcome outcome);
}
