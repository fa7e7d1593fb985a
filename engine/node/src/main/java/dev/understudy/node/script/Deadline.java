package dev.understudy.node.script;

import java.time.Duration;
import java.util.function.LongSupplier;

/// A moment by which something must have ended.
///
/// @param atNs on the clock
record Deadline(LongSupplier nowNs, long atNs) {
    static Deadline in(LongSupplier nowNs, Duration duration) {
        return new Deadline(nowNs, nowNs.getAsLong() + duration.toNanos());
    }

    /// Time left in nanoseconds, at least 0.
    long leftNs() {
        return Math.max(0, atNs - nowNs.getAsLong());
    }

    boolean hasPassed() {
        return leftNs() == 0;
    }

    /// The earlier of this one and a moment from now.
    Deadline within(Duration duration) {
        return new Deadline(nowNs, Math.min(atNs, nowNs.getAsLong() + duration.toNanos()));
    }

    /// A later one.
    Deadline later(Duration duration) {
        return new Deadline(nowNs, atNs + duration.toNanos());
    }
}
