package dev.understudy.core.rules;

import dev.understudy.core.member.Check;

/// How often a failing application is restarted before its node gives up.
///
/// @param count restarts allowed, 0 or more
/// @param withinNs the sliding period in which they are counted, in nanoseconds
public record RestartLimit(int count, long withinNs) {
    /// Three restarts within 24 hours, as the field expects.
    public static final RestartLimit DEFAULT = new RestartLimit(3, 24L * 3600 * 1_000_000_000L);

    public RestartLimit {
        Check.argument(count >= 0, "restart limit %d is negative", count);
        Check.argument(withinNs > 0, "restart period %d ns is not positive", withinNs);
    }
}
