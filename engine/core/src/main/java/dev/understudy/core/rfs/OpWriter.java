package dev.understudy.core.rfs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Writes operations into buffers; the sequence number is left 0 (see [Op#seq]).
///
/// Each method writes one frame at the buffer's position, advances the position behind it and
/// returns its bytes. Buffers must be little-endian. Values beyond the limits of [Op] are faults of
/// the caller: [IllegalArgumentException]. No state: one writer serves any number of buffers.
public final class OpWriter {
    private OpWriter() {}

    /// Writes the header of a WRITE in front of data that is already in the buffer.
    ///
    /// Absolute: the position is not touched and nothing is allocated.
    ///
    /// @param at index of the header's first byte; the data starts at `at + 40`
    /// @param dataBytes 0 to [Op#DATA_BYTES_MAX]
    /// @param offset first byte in the file, 0-based
    /// @return bytes of the frame, data included
    public static int writeHeader(
            ByteBuffer to, int at, int tree, long idHigh, long idLow, long offset, int dataBytes) {
        if (dataBytes < 0 || dataBytes > Op.DATA_BYTES_MAX || offset < 0) {
            throw new IllegalArgumentException("write of " + dataBytes + " bytes at " + offset);
        }
        return header(
                to, at, OpKind.WRITE, tree, 0, idHigh, idLow, offset, Op.HEADER_BYTES + dataBytes);
    }

    /// Writes a WRITE with a copy of the data between `data`'s position and limit.
    public static int write(ByteBuffer to, int tree, FileId id, long offset, ByteBuffer data) {
        int at = to.position();
        int length = data.remaining();
        int bytes = writeHeader(to, at, tree, id.high(), id.low(), offset, length);
        to.put(at + Op.HEADER_BYTES, data, data.position(), length);
        to.position(at + bytes);
        return bytes;
    }

    /// Writes the making of a file: CREATE, MKDIR, MKNOD, SYMLINK or TMPFILE.
    ///
    /// @param mode type and permission bits as they shall be, umask already applied
    /// @param device number as `st_rdev` has it, 0 unless a device is made
    /// @param seconds birth of the file: its first access and modification time
    /// @param name empty for TMPFILE
    /// @param target of a symbolic link, else empty
    public static int creation(
            ByteBuffer to,
            OpKind kind,
            int tree,
            FileId id,
            FileId parent,
            int mode,
            int uid,
            int gid,
            int device,
            long seconds,
            int nanos,
            byte[] name,
            byte[] target) {
        require(kind.isCreation(), "no creation: ", kind);
        require(
                name.length <= Op.NAME_BYTES_MAX && target.length <= Op.TARGET_BYTES_MAX,
                "name or target too long in ",
                kind);
        int at = to.position();
        int bytes = Op.Creation.NAME + name.length + target.length;
        header(to, at, kind, tree, 0, id.high(), id.low(), 0, bytes);
        parent.write(to, at + Op.PARENT);
        to.putInt(at + Op.Creation.MODE, mode);
        to.putInt(at + Op.Creation.UID, uid);
        to.putInt(at + Op.Creation.GID, gid);
        to.putInt(at + Op.Creation.DEVICE, device);
        to.putLong(at + Op.Creation.SECONDS, seconds);
        to.putInt(at + Op.Creation.NANOS, nanos);
        to.putShort(at + Op.Creation.NAME_LENGTH, (short) name.length);
        to.putShort(at + Op.Creation.TARGET_LENGTH, (short) target.length);
        to.put(at + Op.Creation.NAME, name);
        to.put(at + Op.Creation.NAME + name.length, target);
        to.position(at + bytes);
        return bytes;
    }

    /// Writes LINK, UNLINK or RMDIR.
    ///
    /// @param id the file that gets or loses the name
    /// @param parent directory of the name
    public static int entry(
            ByteBuffer to, OpKind kind, int tree, FileId id, FileId parent, byte[] name) {
        require(
                kind == OpKind.LINK || kind == OpKind.UNLINK || kind == OpKind.RMDIR,
                "no change of one entry: ",
                kind);
        require(name.length <= Op.NAME_BYTES_MAX, "name too long in ", kind);
        int at = to.position();
        int bytes = Op.Entry.NAME + name.length;
        header(to, at, kind, tree, 0, id.high(), id.low(), 0, bytes);
        parent.write(to, at + Op.PARENT);
        to.putInt(at + Op.Entry.NAME_LENGTH, name.length);
        to.put(at + Op.Entry.NAME, name);
        to.position(at + bytes);
        return bytes;
    }

    /// Writes a RENAME.
    ///
    /// @param flags RENAME_NOREPLACE or RENAME_EXCHANGE of `linux/fs.h`, or 0
    /// @param id the file that moves
    /// @param replaced the file that had the new name (with EXCHANGE: that moves the other way), or
    ///   [FileId#NONE]
    public static int rename(
            ByteBuffer to,
            int tree,
            FileId id,
            FileId parent,
            byte[] name,
            FileId newParent,
            byte[] newName,
            FileId replaced,
            int flags) {
        require(
                name.length <= Op.NAME_BYTES_MAX && newName.length <= Op.NAME_BYTES_MAX,
                "name too long in ",
                OpKind.RENAME);
        int at = to.position();
        int bytes = Op.Rename.NAME + name.length + newName.length;
        header(to, at, OpKind.RENAME, tree, 0, id.high(), id.low(), 0, bytes);
        parent.write(to, at + Op.PARENT);
        newParent.write(to, at + Op.Rename.NEW_PARENT);
        replaced.write(to, at + Op.Rename.REPLACED);
        to.putInt(at + Op.Rename.FLAGS, flags);
        to.putShort(at + Op.Rename.NAME_LENGTH, (short) name.length);
        to.putShort(at + Op.Rename.NEW_NAME_LENGTH, (short) newName.length);
        to.put(at + Op.Rename.NAME, name);
        to.put(at + Op.Rename.NAME + name.length, newName);
        to.position(at + bytes);
        return bytes;
    }

    /// Writes a SETATTR; only what `mask` names counts.
    ///
    /// @param mask bits `SET_...` of [Op]
    /// @param size new size in bytes
    public static int setAttributes(
            ByteBuffer to,
            int tree,
            FileId id,
            int mask,
            int mode,
            int uid,
            int gid,
            long size,
            long atimeSeconds,
            int atimeNanos,
            long mtimeSeconds,
            int mtimeNanos) {
        int at = to.position();
        header(to, at, OpKind.SETATTR, tree, 0, id.high(), id.low(), size, Op.Attributes.END);
        to.putInt(at + Op.Attributes.MASK, mask);
        to.putInt(at + Op.Attributes.MODE, mode);
        to.putInt(at + Op.Attributes.UID, uid);
        to.putInt(at + Op.Attributes.GID, gid);
        to.putLong(at + Op.Attributes.ATIME_SECONDS, atimeSeconds);
        to.putLong(at + Op.Attributes.MTIME_SECONDS, mtimeSeconds);
        to.putInt(at + Op.Attributes.ATIME_NANOS, atimeNanos);
        to.putInt(at + Op.Attributes.MTIME_NANOS, mtimeNanos);
        to.position(at + Op.Attributes.END);
        return Op.Attributes.END;
    }

    /// Writes a SETXATTR.
    ///
    /// @param flags XATTR_CREATE or XATTR_REPLACE of `linux/xattr.h`, or 0
    public static int setXattr(
            ByteBuffer to, int tree, FileId id, byte[] name, ByteBuffer value, int flags) {
        require(value.remaining() <= Op.VALUE_BYTES_MAX, "value too long in ", OpKind.SETXATTR);
        return xattr(to, OpKind.SETXATTR, tree, id, name, value, flags);
    }

    /// Writes a REMOVEXATTR.
    public static int removeXattr(ByteBuffer to, int tree, FileId id, byte[] name) {
        return xattr(to, OpKind.REMOVEXATTR, tree, id, name, ByteBuffer.allocate(0), 0);
    }

    private static int xattr(
            ByteBuffer to,
            OpKind kind,
            int tree,
            FileId id,
            byte[] name,
            ByteBuffer value,
            int flags) {
        require(name.length <= Op.NAME_BYTES_MAX, "name too long in ", kind);
        int at = to.position();
        int valueBytes = value.remaining();
        int bytes = Op.Xattr.NAME + name.length + valueBytes;
        header(to, at, kind, tree, 0, id.high(), id.low(), 0, bytes);
        to.putInt(at + Op.Xattr.FLAGS, flags);
        to.putInt(at + Op.Xattr.VALUE_LENGTH, valueBytes);
        to.putInt(at + Op.Xattr.NAME_LENGTH, name.length);
        to.put(at + Op.Xattr.NAME, name);
        to.put(at + Op.Xattr.NAME + name.length, value, value.position(), valueBytes);
        to.position(at + bytes);
        return bytes;
    }

    /// Writes a FALLOCATE.
    ///
    /// @param mode FALLOC_FL bits of `linux/falloc.h`
    /// @param offset first byte, 0-based
    /// @param length bytes, at least 1
    public static int allocate(
            ByteBuffer to, int tree, FileId id, int mode, long offset, long length) {
        int at = to.position();
        header(to, at, OpKind.FALLOCATE, tree, 0, id.high(), id.low(), offset, Op.Allocation.END);
        to.putLong(at + Op.Allocation.LENGTH, length);
        to.putInt(at + Op.Allocation.MODE, mode);
        to.putInt(at + Op.Allocation.MODE + 4, 0);
        to.position(at + Op.Allocation.END);
        return Op.Allocation.END;
    }

    /// Writes a TIMES: the modification time that the primary's kernel gave.
    public static int times(ByteBuffer to, int tree, FileId id, long seconds, int nanos) {
        int at = to.position();
        header(to, at, OpKind.TIMES, tree, 0, id.high(), id.low(), 0, Op.Times.END);
        to.putLong(at + Op.Times.SECONDS, seconds);
        to.putInt(at + Op.Times.NANOS, nanos);
        to.putInt(at + Op.Times.NANOS + 4, 0);
        to.position(at + Op.Times.END);
        return Op.Times.END;
    }

    /// Writes a SYNC.
    ///
    /// @param flags [Op#FLAG_DATA_ONLY], [Op#FLAG_WHOLE_TREE] or 0
    public static int sync(ByteBuffer to, int tree, FileId id, int flags) {
        return bare(to, OpKind.SYNC, tree, id, flags);
    }

    /// Writes a RELEASE: a file without a name was closed for the last time.
    public static int release(ByteBuffer to, int tree, FileId id) {
        return bare(to, OpKind.RELEASE, tree, id, 0);
    }

    private static int bare(ByteBuffer to, OpKind kind, int tree, FileId id, int flags) {
        int at = to.position();
        header(to, at, kind, tree, flags, id.high(), id.low(), 0, Op.HEADER_BYTES);
        to.position(at + Op.HEADER_BYTES);
        return Op.HEADER_BYTES;
    }

    private static int header(
            ByteBuffer to,
            int at,
            OpKind kind,
            int tree,
            int flags,
            long idHigh,
            long idLow,
            long arg,
            int bytes) {
        if (to.order() != ByteOrder.LITTLE_ENDIAN || (tree | flags) >>> 8 != 0) {
            throw new IllegalArgumentException(
                    "buffer order " + to.order() + ", tree " + tree + ", flags " + flags);
        }
        to.putInt(at + Op.LENGTH, bytes - 4);
        to.putInt(at + Op.TYPE, FrameType.OP | kind.code() << 8 | tree << 16 | flags << 24);
        to.putLong(at + Op.SEQ, 0);
        to.putLong(at + Op.ID, idHigh);
        to.putLong(at + Op.ID + 8, idLow);
        to.putLong(at + Op.ARG, arg);
        return bytes;
    }

    private static void require(boolean condition, String what, OpKind kind) {
        if (!condition) {
            throw new IllegalArgumentException(what + kind);
        }
    }
}
