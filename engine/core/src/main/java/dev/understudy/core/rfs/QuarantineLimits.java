package dev.understudy.core.rfs;

import java.time.Duration;

/// How much the quarantine of a module may hold, and how long.
///
/// @param bytesMax most bytes of all entries together
/// @param ageMax how long an entry is kept; older ones are removed
public record QuarantineLimits(long bytesMax, Duration ageMax) {
    private static final long RESERVE_MAX = 1L << 30;
    private static final int RESERVE_SHARE = 20;

    /// Tells whether an entry is due to be removed. A clock that went back removes nothing.
    public boolean isExpired(long madeAtMs, long nowMs) {
        return nowMs - madeAtMs > ageMax.toMillis();
    }

    /// Gives the bytes that a new entry may have: what the limit leaves, and what the file system
    /// has beyond a reserve for the records of all modules, a twentieth of it but 1 GiB at most.
    ///
    /// @param heldBytes of all entries that are there
    /// @param freeBytes of the file system
    /// @param totalBytes of the file system
    public long room(long heldBytes, long freeBytes, long totalBytes) {
        long reserve = Math.min(RESERVE_MAX, totalBytes / RESERVE_SHARE);
        return Math.max(0, Math.min(bytesMax - heldBytes, freeBytes - reserve));
    }
}
