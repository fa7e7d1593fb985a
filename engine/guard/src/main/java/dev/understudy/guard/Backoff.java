package dev.understudy.guard;

/// Says how long to wait before a process is started again: nothing at first, then ever longer.
final class Backoff {
    /// A process that ran this long has proved itself.
    static final long PROVEN_NS = 60_000_000_000L;

    private static final int FIRST_MS = 250;
    private static final int MOST_MS = 30_000;

    private int failures;
    private long startedNs;

    void started(long nowNs) {
        startedNs = nowNs;
    }

    /// Counts the end of the process and gives the wait.
    int nextDelayMs(long nowNs) {
        if (nowNs - startedNs >= PROVEN_NS) {
            failures = 0;
        }
        failures++;
        if (failures == 1) {
            return 0;
        }
        return (int) Math.min(MOST_MS, (long) FIRST_MS << Math.min(failures - 2, 20));
    }
}
