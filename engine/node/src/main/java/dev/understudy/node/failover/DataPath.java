package dev.understudy.node.failover;

import dev.understudy.core.failover.Effect;

/// What the loop of a module commands of its data path; answers come back as
/// [dev.understudy.core.failover.Event.Data] events.
///
/// No call blocks for longer than it takes to hand the command over.
public interface DataPath extends AutoCloseable {
    /// Takes a command; commands are carried out in the order given.
    void command(Effect.Data command);

    /// Lets the gate stand open until a moment on the boot clock, never beyond it.
    void leaseUntil(long untilNs);

    /// The numbers that `safe state` shows.
    Numbers numbers();

    /// Closes the gate, frees blocked applications and lets the directories go.
    @Override
    void close();

    /// The data path's numbers.
    ///
    /// @param isConnected the stream to the peer stands
    /// @param lagOperations operations that the peer has not acknowledged
    /// @param unconfirmedBytes bytes that may not yet be durable on both nodes
    /// @param dirtyBytes bytes that the peer is missing
    /// @param dirtyFiles files that the peer misses parts of
    /// @param writtenBytesPerSecond mean of the last seconds
    /// @param latency of writes since the daemon started
    /// @param resync phase of a resynchronisation and its numbers
    record Numbers(
            boolean isConnected,
            long lagOperations,
            long unconfirmedBytes,
            long dirtyBytes,
            long dirtyFiles,
            long writtenBytesPerSecond,
            Latency latency,
            Resync resync) {
        /// Nothing is known yet.
        public static final Numbers NONE =
                new Numbers(false, 0, 0, 0, 0, 0, Latency.NONE, Resync.NONE);
    }

    /// What writes cost on the serving node.
    ///
    /// @param writeP50Us median from announcement to answer of a write, microseconds
    /// @param writeP99Us 99th percentile
    /// @param syncP50Us median of an fsync
    /// @param operations operations announced
    /// @param bytes bytes of these
    record Latency(long writeP50Us, long writeP99Us, long syncP50Us, long operations, long bytes) {
        /// Nothing was written.
        public static final Latency NONE = new Latency(0, 0, 0, 0, 0);
    }

    /// Progress of a resynchronisation.
    ///
    /// @param phase empty if none runs
    /// @param filesDone files compared or copied
    /// @param filesTotal 0 if not known
    /// @param bytesDone bytes compared or copied
    /// @param bytesTotal 0 if not known
    /// @param bytesPerSecond mean of the last seconds
    record Resync(
            String phase,
            long filesDone,
            long filesTotal,
            long bytesDone,
            long bytesTotal,
            long bytesPerSecond) {
        /// None runs.
        public static final Resync NONE = new Resync("", 0, 0, 0, 0, 0);
    }
}
