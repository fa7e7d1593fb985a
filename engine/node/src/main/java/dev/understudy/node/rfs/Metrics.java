package dev.understudy.node.rfs;

import dev.understudy.core.rfs.OpKind;
import org.HdrHistogram.Histogram;

/// Counts of one module's data path; written on its loop, read by copies made there.
public final class Metrics {
    private static final long LATENCY_MAX_NS = 60_000_000_000L;

    private final long[] operations = new long[32];
    private final Histogram writeNs = new Histogram(LATENCY_MAX_NS, 2);
    private final Histogram syncNs = new Histogram(LATENCY_MAX_NS, 2);
    private final Histogram otherNs = new Histogram(LATENCY_MAX_NS, 2);
    private long bytes;
    private long receivedOperations;
    private long points;

    /// Makes counts that are all zero.
    public Metrics() {}

    void announced(OpKind kind, int length) {
        operations[kind.code()]++;
        bytes += length;
    }

    void applied(OpKind kind, long latencyNs) {
        Histogram histogram =
                switch (kind) {
                    case WRITE -> writeNs;
                    case SYNC -> syncNs;
                    case CREATE,
                            MKDIR,
                            MKNOD,
                            SYMLINK,
                            TMPFILE,
                            LINK,
                            UNLINK,
                            RMDIR,
                            RENAME,
                            SETATTR,
                            SETXATTR,
                            REMOVEXATTR,
                            FALLOCATE,
                            TIMES,
                            RELEASE ->
                            otherNs;
                };
        histogram.recordValue(Math.clamp(latencyNs, 0, LATENCY_MAX_NS));
    }

    void received() {
        receivedOperations++;
    }

    void pointDone() {
        points++;
    }

    /// Returns operations of a kind that this node announced.
    public long announced(OpKind kind) {
        return operations[kind.code()];
    }

    /// Returns all operations that this node announced.
    public long announced() {
        long sum = 0;
        for (long count : operations) {
            sum += count;
        }
        return sum;
    }

    /// Returns bytes of operations that this node announced.
    public long bytes() {
        return bytes;
    }

    /// Returns operations that this node received.
    public long receivedOperations() {
        return receivedOperations;
    }

    /// Returns durable points that were completed on both nodes.
    public long points() {
        return points;
    }

    /// Returns nanoseconds from announce to answer of writes.
    public Histogram writeNs() {
        return writeNs;
    }

    /// Returns nanoseconds from announce to answer of syncs.
    public Histogram syncNs() {
        return syncNs;
    }

    /// Returns nanoseconds from announce to answer of everything else.
    public Histogram otherNs() {
        return otherNs;
    }
}
