package dev.understudy.core.rfs;

import java.nio.ByteBuffer;

/// The frames of a resynchronisation: the header of an operation with another type (PROTOCOL.md 4).
///
/// `{u32 length, u8 type, u8 0, u8 tree, u8 flags, u64 tag, 16 bytes file id, u64 arg}`, then what
/// the type wants.
public final class Item {
    /// Bytes of the header.
    public static final int HEADER_BYTES = Op.HEADER_BYTES;

    /// Bytes of data in one COPY at most.
    public static final int COPY_BYTES_MAX = 256 * 1024;

    /// Bytes of one hash.
    public static final int HASH_BYTES = 16;

    /// Flag of NAMES: the first part of a directory's names.
    public static final int FIRST = 1;

    /// Flag of NAMES: the last part of a directory's names.
    public static final int LAST = 2;

    /// Flag of MARK: all data of the file.
    public static final int MARK_WHOLE = 1;

    /// Flag of MARK: attributes.
    public static final int MARK_ATTRIBUTES = 2;

    /// Flag of MARK: names of the directory.
    public static final int MARK_NAMES = 4;

    /// Flag of MARK: the range from `arg` on, its length follows the header.
    public static final int MARK_RANGE = 8;

    /// Flag of CREATED: the file had to be made.
    public static final int MADE = 1;

    /// Flag of CREATED: nothing was done yet, the directory of the header has to be sent again.
    public static final int LATER = 2;

    /// Flag of CREATED: a file that was under the name counts as this one from now on; what it
    /// holds has to be compared.
    public static final int ADOPTED = 4;

    /// Mode of BEGIN: only what the sets name.
    public static final int MODE_MAP = 1;

    /// Mode of BEGIN: everything, by hash.
    public static final int MODE_COMPARE = 2;

    private Item() {}

    /// Writes a header at the buffer's position; the length is set by [#end].
    ///
    /// @return index of the header
    public static int begin(
            ByteBuffer to, int type, int tree, int flags, long tag, FileId id, long arg) {
        int at = to.position();
        to.putInt(0).putInt(type | tree << 16 | flags << 24).putLong(tag);
        to.putLong(id.high()).putLong(id.low()).putLong(arg);
        return at;
    }

    /// Completes the frame that [#begin] began; it ends at the buffer's position.
    ///
    /// @return its bytes
    public static int end(ByteBuffer to, int at) {
        int bytes = to.position() - at;
        to.putInt(at + Op.LENGTH, bytes - 4);
        return bytes;
    }

    /// Returns the ordinal of the replicated directory.
    public static int tree(ByteBuffer from, int at) {
        return from.get(at + Op.TREE) & 0xff;
    }

    /// Returns the flags.
    public static int flags(ByteBuffer from, int at) {
        return from.get(at + Op.FLAGS) & 0xff;
    }

    /// Returns the last operation applied in what the frame carries.
    public static long tag(ByteBuffer from, int at) {
        return from.getLong(at + Op.SEQ);
    }

    /// Returns the file's id.
    public static FileId id(ByteBuffer from, int at) {
        return FileId.read(from, at + Op.ID);
    }

    /// Returns the argument.
    public static long arg(ByteBuffer from, int at) {
        return from.getLong(at + Op.ARG);
    }

    /// Returns what follows the header, as a view with the same byte order.
    ///
    /// @throws BadFrame if the frame is shorter than its header
    public static ByteBuffer body(ByteBuffer from, int at) {
        Frames.check(from, at, HEADER_BYTES);
        int bytes = Frames.bytes(from, at);
        return from.slice(at + HEADER_BYTES, bytes - HEADER_BYTES).order(from.order());
    }
}
