package dev.understudy.core.failover;

import dev.understudy.core.member.Check;

/// The times of one module, all in nanoseconds.
///
/// The order `lease < grace < window` carries the safety: PRIM's lease has lapsed before SECOND may
/// act, and SECOND's window is over before PRIM goes on alone.
///
/// @param beatNs time between two heartbeats
/// @param leaseNs how long PRIM may serve after it sent a heartbeat that SECOND answered
/// @param graceNs how long SECOND waits after the last heartbeat that it received; the detection
///   time
/// @param windowNs how long after its last answered heartbeat SECOND may still decide to take over
/// @param marginNs how much longer than the window PRIM waits before it goes on alone; covers drift
/// @param probeNs how long one look at ping witness and virtual address may take
/// @param startNs how long a start script may take
/// @param stopNs how long a stop script may take
/// @param forceStopNs how long a forced stop script may take
/// @param killNs how long killing the processes, or aborting the data path, may take
/// @param barrierNs how long a planned hand-over waits for both copies to be equal and durable
public record Timing(
        long beatNs,
        long leaseNs,
        long graceNs,
        long windowNs,
        long marginNs,
        long probeNs,
        long startNs,
        long stopNs,
        long forceStopNs,
        long killNs,
        long barrierNs) {
    private static final long MS = 1_000_000L;

    /// Detection in 2 seconds, scripts within a minute or two.
    public static final Timing DEFAULT =
            new Timing(
                    200 * MS,
                    1_500 * MS,
                    2_000 * MS,
                    4_000 * MS,
                    500 * MS,
                    300 * MS,
                    120_000 * MS,
                    60_000 * MS,
                    60_000 * MS,
                    5_000 * MS,
                    10_000 * MS);

    public Timing {
        Check.argument(beatNs > 0 && beatNs * 3 <= leaseNs, "lease must be 3 heartbeats or more");
        Check.argument(
                leaseNs + probeNs + leaseNs / 15 <= graceNs,
                "detection must leave time for a probe after the lease");
        Check.argument(graceNs + probeNs <= windowNs, "window must leave time after detection");
        Check.argument(lookNs() + 3 * probeNs <= windowNs, "window must leave time for two probes");
        Check.argument(marginNs * 10 >= windowNs, "margin must be a tenth of the window or more");
        Check.argument(
                startNs > 0 && stopNs > 0 && forceStopNs > 0 && killNs > 0 && barrierNs > 0,
                "every time must be positive");
    }

    /// The same with a window in which a command of SECOND's may take its time first; PRIM waits
    /// for that.
    Timing withFencing(long withinNs) {
        if (withinNs == 0) {
            return this;
        }
        long window = windowNs + withinNs;
        return new Timing(
                beatNs,
                leaseNs,
                graceNs,
                window,
                Math.max(marginNs, window / 8),
                probeNs,
                startNs,
                stopNs,
                forceStopNs,
                killNs,
                barrierNs);
    }

    /// When, after the last heartbeat of PRIM, its lease has lapsed for sure: what SECOND knows
    /// must be newer.
    public long evidenceNs() {
        return leaseNs + leaseNs / 15;
    }

    /// When, after the last heartbeat of PRIM, SECOND begins to look for its address: early enough
    /// to know at the end of the grace time, late enough that PRIM asks its witness already.
    public long lookNs() {
        return Math.max(4 * beatNs, graceNs - 10 * probeNs / 3);
    }

    /// For how long, without a gap, SECOND must have found PRIM's address silent.
    public long silentNs() {
        return 2 * probeNs;
    }

    /// For how long PRIM's witness may be silent before its address may have been silent too;
    /// shorter than [#silentNs], so that no failure of PRIM's network escapes PRIM that SECOND
    /// takes for its end.
    public long unseenNs() {
        return 4 * probeNs / 3;
    }
}
