package dev.understudy.core.rfs;

import java.nio.ByteBuffer;

/// Layout and limits of an operation on the wire (PROTOCOL.md, section 3); all numbers are
/// little-endian.
///
/// The header has 40 bytes, as many as `fuse_write_in` has, so that the header of a WRITE can be
/// written over it and header and data leave the buffer that the kernel filled in one piece.
public final class Op {
    /// Bytes of the header.
    public static final int HEADER_BYTES = 40;

    /// Bytes of data in one WRITE at most.
    public static final int DATA_BYTES_MAX = 1 << 20;

    /// Bytes of one name at most (NAME_MAX; the name of an extended attribute has the same limit).
    public static final int NAME_BYTES_MAX = 255;

    /// Bytes of the target of a symbolic link at most (PATH_MAX without the final zero).
    public static final int TARGET_BYTES_MAX = 4095;

    /// Bytes of the value of an extended attribute at most (XATTR_SIZE_MAX).
    public static final int VALUE_BYTES_MAX = 65536;

    /// Bytes of the longest operation that is no WRITE.
    public static final int OTHER_BYTES_MAX = HEADER_BYTES + 16 + NAME_BYTES_MAX + VALUE_BYTES_MAX;

    /// Bytes of the longest operation.
    public static final int FRAME_BYTES_MAX = HEADER_BYTES + DATA_BYTES_MAX;

    /// Flag of SYNC: only data and size have to be durable (fdatasync).
    public static final int FLAG_DATA_ONLY = 1;

    /// Flag of SYNC: everything of the tree, not only the file that the header names.
    public static final int FLAG_WHOLE_TREE = 2;

    /// Bit of the mask of SETATTR: the mode is stated.
    public static final int SET_MODE = 1;

    /// Bit of the mask of SETATTR: the owner is stated.
    public static final int SET_UID = 2;

    /// Bit of the mask of SETATTR: the group is stated.
    public static final int SET_GID = 4;

    /// Bit of the mask of SETATTR: the size is stated.
    public static final int SET_SIZE = 8;

    /// Bit of the mask of SETATTR: the access time is stated.
    public static final int SET_ATIME = 16;

    /// Bit of the mask of SETATTR: the modification time is stated.
    public static final int SET_MTIME = 32;

    static final int SET_ALL = 63;

    // Header.
    static final int LENGTH = 0;
    static final int TYPE = 4;
    static final int KIND = 5;
    static final int TREE = 6;
    static final int FLAGS = 7;
    static final int SEQ = 8;
    static final int ID = 16;
    static final int ARG = 32;

    // Bodies start here; a parent directory, where there is one, comes first.
    static final int PARENT = HEADER_BYTES;

    /// Offsets in the body of CREATE, MKDIR, MKNOD, SYMLINK and TMPFILE.
    static final class Creation {
        static final int MODE = 56;
        static final int UID = 60;
        static final int GID = 64;
        static final int DEVICE = 68;
        static final int SECONDS = 72;
        static final int NANOS = 80;
        static final int NAME_LENGTH = 84;
        static final int TARGET_LENGTH = 86;
        static final int NAME = 88;

        private Creation() {}
    }

    /// Offsets in the body of LINK, UNLINK and RMDIR.
    static final class Entry {
        static final int NAME_LENGTH = 56;
        static final int NAME = 60;

        private Entry() {}
    }

    /// Offsets in the body of RENAME.
    static final class Rename {
        static final int NEW_PARENT = 56;
        static final int REPLACED = 72;
        static final int FLAGS = 88;
        static final int NAME_LENGTH = 92;
        static final int NEW_NAME_LENGTH = 94;
        static final int NAME = 96;

        private Rename() {}
    }

    /// Offsets in the body of SETATTR.
    static final class Attributes {
        static final int MASK = 40;
        static final int MODE = 44;
        static final int UID = 48;
        static final int GID = 52;
        static final int ATIME_SECONDS = 56;
        static final int MTIME_SECONDS = 64;
        static final int ATIME_NANOS = 72;
        static final int MTIME_NANOS = 76;
        static final int END = 80;

        private Attributes() {}
    }

    /// Offsets in the body of SETXATTR and REMOVEXATTR.
    static final class Xattr {
        static final int FLAGS = 40;
        static final int VALUE_LENGTH = 44;
        static final int NAME_LENGTH = 48;
        static final int NAME = 52;

        private Xattr() {}
    }

    /// Offsets in the body of FALLOCATE.
    static final class Allocation {
        static final int LENGTH = 40;
        static final int MODE = 48;
        static final int END = 56;

        private Allocation() {}
    }

    /// Offsets in the body of TIMES.
    static final class Times {
        static final int SECONDS = 40;
        static final int NANOS = 48;
        static final int END = 56;

        private Times() {}
    }

    private Op() {}

    /// Returns the bytes of the whole frame that starts at `at`, header and length field included.
    public static int frameBytes(ByteBuffer frame, int at) {
        return frame.getInt(at + LENGTH) + 4;
    }

    /// Returns the sequence number of the operation at `at`.
    public static long seq(ByteBuffer frame, int at) {
        return frame.getLong(at + SEQ);
    }

    /// Writes the sequence number into the operation at `at`: its maker leaves it 0, the stream
    /// gives it.
    public static void seq(ByteBuffer frame, int at, long seq) {
        frame.putLong(at + SEQ, seq);
    }
}
