package dev.understudy.script;

import java.time.Duration;
import java.util.OptionalLong;

/// The timers behind `sleep`, and what scripts see as the time.
interface Timers {
    /// Runs an action, which must not block, after a while.
    void after(Duration duration, Runnable action);

    /// Gives the time that scripts see instead of the machine's, in ms since 1970.
    ///
    /// @return empty = that of the machine
    default OptionalLong nowMs() {
        return OptionalLong.empty();
    }
}
