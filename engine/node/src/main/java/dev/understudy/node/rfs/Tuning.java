package dev.understudy.node.rfs;

/// What may be set about the data path of a module.
///
/// @param ackTimeoutNs an operation without receipt for so long ends in AckTimeout
/// @param pointNs at most so long until a write is durable on both nodes
/// @param queueBytes memory of a secondary for operations not yet applied
/// @param inFlightBytes bytes a primary may have sent and not yet applied; less than half of the
///   queue
/// @param resyncBytesPerSecond limit of a resynchronisation, 0 = none
/// @param confirmNs how long a confirmation waits for an operation to travel with; none that a sync
///   of the peer waits for
/// @param waitsForDisks whether every operation is answered only when it is durable on both disks
///   (`durability: disk`)
public record Tuning(
        long ackTimeoutNs,
        long pointNs,
        long queueBytes,
        long inFlightBytes,
        long resyncBytesPerSecond,
        long confirmNs,
        boolean waitsForDisks) {
    /// The values that fit most machines.
    public static final Tuning DEFAULT =
            new Tuning(2_000_000_000L, 1_000_000_000L, 64L << 20, 16L << 20, 0, 2_000_000L, false);
}
