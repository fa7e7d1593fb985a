package dev.understudy.core.rfs;

/// The types of frames on a replication connection: the byte after the length (PROTOCOL.md 2).
public final class FrameType {
    /// First frame of each side: who speaks and about what.
    public static final int HELLO = 1;

    /// Last frame of a side: why it closes.
    public static final int ERROR = 2;

    /// Opaque bytes for the failover core of the peer.
    public static final int CONTROL = 3;

    /// Nothing to say, still there.
    public static final int PING = 4;

    /// One operation of the ordered stream.
    public static final int OP = 16;

    /// Cumulative receipt, secondary to primary.
    public static final int RECEIVED = 17;

    /// Cumulative application with the exceptional outcomes, primary to secondary.
    public static final int CONFIRM = 18;

    /// Outcome of a durable point on the secondary.
    public static final int DURABLE = 19;

    /// Durable points of the primary: what may leave the unconfirmed set.
    public static final int CLEARED = 20;

    /// The stream goes on under another epoch.
    public static final int EPOCH = 21;

    private FrameType() {}
}
