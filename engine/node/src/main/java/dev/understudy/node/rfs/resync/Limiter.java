package dev.understudy.node.rfs.resync;

/// Keeps a rate in bytes per second, and measures it.
final class Limiter {
    private static final long BURST_NS = 200_000_000L;

    private final long bytesPerSecond;
    private long freeAtNs;
    private long lastBytes;
    private long lastNs;
    private long rate;

    Limiter(long bytesPerSecond, long nowNs) {
        this.bytesPerSecond = bytesPerSecond;
        freeAtNs = nowNs;
        lastNs = nowNs;
    }

    boolean mayGo(long nowNs) {
        return bytesPerSecond == 0 || nowNs >= freeAtNs;
    }

    void went(long bytes, long nowNs) {
        if (bytesPerSecond > 0) {
            freeAtNs =
                    Math.max(freeAtNs, nowNs - BURST_NS) + bytes * 1_000_000_000L / bytesPerSecond;
        }
    }

    void second(long bytesSoFar, long nowNs) {
        if (nowNs > lastNs) {
            rate = (bytesSoFar - lastBytes) * 1_000_000_000L / (nowNs - lastNs);
            lastBytes = bytesSoFar;
            lastNs = nowNs;
        }
    }

    long rate() {
        return rate;
    }
}
