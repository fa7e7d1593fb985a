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

    /// A durable point is complete on both: its half of the unconfirmed set is empty.
    public static final int CLEARED = 20;

    /// The stream goes on under a higher epoch.
    public static final int EPOCH = 21;

    /// The secondary cannot apply an operation that the primary applied.
    public static final int FAILED = 22;

    /// The source begins a resynchronisation and says which kind.
    public static final int BEGIN = 32;

    /// The target is ready to take copies (SYNCING is persisted).
    public static final int BEGUN = 33;

    /// Names of one directory, all or a part.
    public static final int NAMES = 34;

    /// Which of the names lead elsewhere or nowhere on the target.
    public static final int NAMES_RESULT = 35;

    /// A file was cut: bytes from there on are not the old ones.
    public static final int CUT = 36;

    /// Data of a file, with the last operation applied in them.
    public static final int COPY = 37;

    /// A range of a file that reads as zeros.
    public static final int HOLE = 38;

    /// Mode, owner, size, times and extended attributes of a file.
    public static final int ATTRIBUTES = 39;

    /// Hashes of chunks of a file, to be compared.
    public static final int HASHES = 40;

    /// Which of the chunks differ.
    public static final int DIFFER = 41;

    /// All names are sent: what found no place goes away.
    public static final int SETTLE = 42;

    /// Mirroring begins: operations follow, received before they are applied.
    public static final int MIRROR = 43;

    /// The source has nothing more to copy: sync, persist READY, say so.
    public static final int FINISH = 44;

    /// READY is persisted on the target.
    public static final int READY = 45;

    /// Answers a SETTLE, or any count of copies: everything before it has been done.
    public static final int DONE = 46;

    /// A name that the target lacks: make or move the file there.
    public static final int PUT = 47;

    /// A PUT had to make the file: it has no data yet.
    public static final int CREATED = 48;

    /// A part that may differ on the target.
    public static final int MARK = 49;

    /// The target gives the resynchronisation up.
    public static final int GIVE_UP = 50;

    /// How far the source is, for the target to show.
    public static final int PROGRESS = 51;

    private FrameType() {}
}
