package dev.understudy.core.rfs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Looks at one operation in a buffer without copying it; reusable, for one thread.
///
/// [#over] checks every length before anything else may be asked, so the accessors of the kind that
/// [#kind] names never reach outside the frame. Accessors of other kinds are faults of the caller.
public final class OpView {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
    private static final int NANOS_PER_SECOND = 1_000_000_000;

    private ByteBuffer frame = NOTHING;
    private int base;
    private int bytes;
    private OpKind kind = OpKind.SYNC;

    /// Makes a view that looks at nothing yet.
    public OpView() {}

    /// Looks at the operation whose header starts at `at`.
    ///
    /// @param available bytes of the buffer that may be read from `at`, at least the whole frame
    /// @return this
    /// @throws BadFrame if the frame breaks a limit, is cut short or of unknown kind
    public OpView over(ByteBuffer buffer, int at, int available) {
        frame = buffer;
        base = at;
        if (buffer.order() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalArgumentException("buffer order " + buffer.order());
        }
        if (available < Op.HEADER_BYTES) {
            throw new BadFrame("operation cut short: " + available + " bytes");
        }
        int length = buffer.getInt(at + Op.LENGTH);
        if (length < Op.HEADER_BYTES - 4 || length > Op.FRAME_BYTES_MAX - 4) {
            throw new BadFrame(
                    "operation of impossible length " + Integer.toUnsignedString(length));
        }
        bytes = length + 4;
        if (bytes > available) {
            throw new BadFrame("operation of " + bytes + " bytes in " + available);
        }
        if (buffer.get(at + Op.TYPE) != FrameType.OP) {
            throw new BadFrame("frame of type " + buffer.get(at + Op.TYPE) + " is no operation");
        }
        kind = OpKind.of(buffer.get(at + Op.KIND) & 0xff);
        check();
        return this;
    }

    private void check() {
        switch (kind) {
            case WRITE -> {
                if (arg() < 0 || arg() > Long.MAX_VALUE - dataLength()) {
                    throw bad("offset " + arg());
                }
            }
            case CREATE, MKDIR, MKNOD, SYMLINK, TMPFILE -> checkCreation();
            case LINK, UNLINK, RMDIR -> {
                atLeast(Op.Entry.NAME);
                exactly(Op.Entry.NAME + (long) nameLength());
                checkName(nameAt(), nameLength());
            }
            case RENAME -> {
                atLeast(Op.Rename.NAME);
                exactly(Op.Rename.NAME + (long) nameLength() + newNameLength());
                checkName(nameAt(), nameLength());
                checkName(newNameAt(), newNameLength());
            }
            case SETATTR -> checkAttributes();
            case SETXATTR, REMOVEXATTR -> checkXattr();
            case FALLOCATE -> {
                exactly(Op.Allocation.END);
                long length = allocationLength();
                if (arg() < 0 || length <= 0 || arg() > Long.MAX_VALUE - length) {
                    throw bad("range " + arg() + "+" + length);
                }
            }
            case TIMES -> {
                exactly(Op.Times.END);
                checkNanos(mtimeNanos());
            }
            case SYNC, RELEASE -> exactly(Op.HEADER_BYTES);
        }
    }

    private void checkCreation() {
        atLeast(Op.Creation.NAME);
        exactly(Op.Creation.NAME + (long) nameLength() + targetLength());
        checkNanos(mtimeNanos());
        if (kind != OpKind.TMPFILE) {
            checkName(nameAt(), nameLength());
        } else if (nameLength() != 0) {
            throw bad("a name");
        }
        boolean link = kind == OpKind.SYMLINK;
        if (link
                ? targetLength() == 0 || targetLength() > Op.TARGET_BYTES_MAX
                : targetLength() != 0) {
            throw bad("a target of " + targetLength() + " bytes");
        }
        for (int i = targetAt(), end = i + targetLength(); i < end; i++) {
            if (frame.get(i) == 0) {
                throw bad("a zero byte in the target");
            }
        }
    }

    private void checkAttributes() {
        exactly(Op.Attributes.END);
        if ((mask() & ~Op.SET_ALL) != 0) {
            throw bad("mask " + mask());
        }
        if ((mask() & Op.SET_SIZE) != 0 && arg() < 0) {
            throw bad("size " + arg());
        }
        checkNanos(atimeNanos());
        checkNanos(mtimeNanos());
    }

    private void checkXattr() {
        atLeast(Op.Xattr.NAME);
        int value = frame.getInt(base + Op.Xattr.VALUE_LENGTH);
        if (value < 0 || value > (kind == OpKind.SETXATTR ? Op.VALUE_BYTES_MAX : 0)) {
            throw bad("a value of " + Integer.toUnsignedString(value) + " bytes");
        }
        exactly(Op.Xattr.NAME + (long) nameLength() + value);
        int length = nameLength();
        if (length == 0 || length > Op.NAME_BYTES_MAX) {
            throw bad("a name of " + length + " bytes");
        }
        for (int i = nameAt(), end = i + length; i < end; i++) {
            if (frame.get(i) == 0) {
                throw bad("a zero byte in the name");
            }
        }
    }

    private void checkName(int at, int length) {
        if (length == 0 || length > Op.NAME_BYTES_MAX) {
            throw bad("a name of " + Integer.toUnsignedString(length) + " bytes");
        }
        boolean dots = length <= 2;
        for (int i = at, end = at + length; i < end; i++) {
            byte b = frame.get(i);
            if (b == 0 || b == '/') {
                throw bad("a zero byte or slash in a name");
            }
            dots &= b == '.';
        }
        if (dots) {
            throw bad("the name . or ..");
        }
    }

    private void checkNanos(int nanos) {
        if (nanos < 0 || nanos >= NANOS_PER_SECOND) {
            throw bad("nanoseconds " + nanos);
        }
    }

    private void atLeast(int size) {
        if (bytes < size) {
            throw bad(bytes + " bytes");
        }
    }

    private void exactly(long size) {
        if (bytes != size) {
            throw bad(bytes + " bytes, its fields say " + size);
        }
    }

    private BadFrame bad(String what) {
        return new BadFrame(kind + " with " + what);
    }

    /// Returns the buffer that is looked at.
    public ByteBuffer buffer() {
        return frame;
    }

    /// Returns the index of the header's first byte in [#buffer].
    public int at() {
        return base;
    }

    /// Returns the bytes of the whole frame.
    public int frameBytes() {
        return bytes;
    }

    /// Returns the kind.
    public OpKind kind() {
        return kind;
    }

    /// Returns the ordinal of the replicated directory, 0 to 255.
    public int tree() {
        return frame.get(base + Op.TREE) & 0xff;
    }

    /// Returns the flags, 0 to 255.
    public int flags() {
        return frame.get(base + Op.FLAGS) & 0xff;
    }

    /// Returns the sequence number, 0 while none is given.
    public long seq() {
        return frame.getLong(base + Op.SEQ);
    }

    /// Returns the first half of the file's id.
    public long idHigh() {
        return frame.getLong(base + Op.ID);
    }

    /// Returns the second half of the file's id.
    public long idLow() {
        return frame.getLong(base + Op.ID + 8);
    }

    /// Returns the file's id as a value.
    public FileId id() {
        return new FileId(idHigh(), idLow());
    }

    /// Returns the header's argument: offset of WRITE and FALLOCATE, size of SETATTR, else 0.
    public long arg() {
        return frame.getLong(base + Op.ARG);
    }

    /// WRITE: returns the index of the first data byte in [#buffer].
    public int dataAt() {
        return base + Op.HEADER_BYTES;
    }

    /// WRITE: returns the bytes of data.
    public int dataLength() {
        return bytes - Op.HEADER_BYTES;
    }

    /// Creations, LINK, UNLINK, RMDIR, RENAME: returns the directory of the (old) name.
    public FileId parent() {
        return FileId.read(frame, base + Op.PARENT);
    }

    /// RENAME: returns the directory of the new name.
    public FileId newParent() {
        return FileId.read(frame, base + Op.Rename.NEW_PARENT);
    }

    /// RENAME: returns the file that had the new name, or [FileId#NONE].
    public FileId replaced() {
        return FileId.read(frame, base + Op.Rename.REPLACED);
    }

    /// RENAME: returns RENAME_NOREPLACE or RENAME_EXCHANGE, or 0.
    public int renameFlags() {
        return frame.getInt(base + Op.Rename.FLAGS);
    }

    /// Returns the bytes of the name: of the (old) entry or of the extended attribute.
    public int nameLength() {
        return switch (kind) {
            case CREATE, MKDIR, MKNOD, SYMLINK, TMPFILE -> shortAt(Op.Creation.NAME_LENGTH);
            case LINK, UNLINK, RMDIR -> lengthAt(Op.Entry.NAME_LENGTH);
            case RENAME -> shortAt(Op.Rename.NAME_LENGTH);
            case SETXATTR, REMOVEXATTR -> lengthAt(Op.Xattr.NAME_LENGTH);
            case WRITE, SETATTR, FALLOCATE, TIMES, SYNC, RELEASE -> throw none("name");
        };
    }

    /// Returns the index of the name's first byte in [#buffer].
    public int nameAt() {
        return base
                + switch (kind) {
                    case CREATE, MKDIR, MKNOD, SYMLINK, TMPFILE -> Op.Creation.NAME;
                    case LINK, UNLINK, RMDIR -> Op.Entry.NAME;
                    case RENAME -> Op.Rename.NAME;
                    case SETXATTR, REMOVEXATTR -> Op.Xattr.NAME;
                    case WRITE, SETATTR, FALLOCATE, TIMES, SYNC, RELEASE -> throw none("name");
                };
    }

    /// Returns a copy of the name.
    public byte[] name() {
        return copy(nameAt(), nameLength());
    }

    /// RENAME: returns the bytes of the new name.
    public int newNameLength() {
        return shortAt(Op.Rename.NEW_NAME_LENGTH);
    }

    /// RENAME: returns the index of the new name's first byte in [#buffer].
    public int newNameAt() {
        return base + Op.Rename.NAME + nameLength();
    }

    /// RENAME: returns a copy of the new name.
    public byte[] newName() {
        return copy(newNameAt(), newNameLength());
    }

    /// SYMLINK: returns the bytes of the target (0 for other creations).
    public int targetLength() {
        return shortAt(Op.Creation.TARGET_LENGTH);
    }

    /// SYMLINK: returns the index of the target's first byte in [#buffer].
    public int targetAt() {
        return base + Op.Creation.NAME + nameLength();
    }

    /// SYMLINK: returns a copy of the target.
    public byte[] target() {
        return copy(targetAt(), targetLength());
    }

    /// Creations, SETATTR: returns type and permission bits.
    public int mode() {
        return frame.getInt(
                base + (kind == OpKind.SETATTR ? Op.Attributes.MODE : Op.Creation.MODE));
    }

    /// Creations, SETATTR: returns the owner.
    public int uid() {
        return frame.getInt(base + (kind == OpKind.SETATTR ? Op.Attributes.UID : Op.Creation.UID));
    }

    /// Creations, SETATTR: returns the group.
    public int gid() {
        return frame.getInt(base + (kind == OpKind.SETATTR ? Op.Attributes.GID : Op.Creation.GID));
    }

    /// MKNOD: returns the device number.
    public int device() {
        return frame.getInt(base + Op.Creation.DEVICE);
    }

    /// SETATTR: returns the bits of what is stated.
    public int mask() {
        return frame.getInt(base + Op.Attributes.MASK);
    }

    /// SETATTR: returns the access time's seconds.
    public long atimeSeconds() {
        return frame.getLong(base + Op.Attributes.ATIME_SECONDS);
    }

    /// SETATTR: returns the access time's nanoseconds.
    public int atimeNanos() {
        return frame.getInt(base + Op.Attributes.ATIME_NANOS);
    }

    /// SETATTR, TIMES: the modification time's seconds; creations: the birth.
    public long mtimeSeconds() {
        return frame.getLong(
                base
                        + switch (kind) {
                            case SETATTR -> Op.Attributes.MTIME_SECONDS;
                            case TIMES -> Op.Times.SECONDS;
                            default -> Op.Creation.SECONDS;
                        });
    }

    /// SETATTR, TIMES: the modification time's nanoseconds; creations: the birth.
    public int mtimeNanos() {
        return frame.getInt(
                base
                        + switch (kind) {
                            case SETATTR -> Op.Attributes.MTIME_NANOS;
                            case TIMES -> Op.Times.NANOS;
                            default -> Op.Creation.NANOS;
                        });
    }

    /// SETXATTR: returns XATTR_CREATE or XATTR_REPLACE, or 0.
    public int xattrFlags() {
        return frame.getInt(base + Op.Xattr.FLAGS);
    }

    /// SETXATTR: returns the bytes of the value.
    public int valueLength() {
        return frame.getInt(base + Op.Xattr.VALUE_LENGTH);
    }

    /// SETXATTR: returns the index of the value's first byte in [#buffer].
    public int valueAt() {
        return base + Op.Xattr.NAME + nameLength();
    }

    /// FALLOCATE: returns the bytes of the range.
    public long allocationLength() {
        return frame.getLong(base + Op.Allocation.LENGTH);
    }

    /// FALLOCATE: returns the FALLOC_FL bits.
    public int allocationMode() {
        return frame.getInt(base + Op.Allocation.MODE);
    }

    private int shortAt(int offset) {
        return frame.getShort(base + offset) & 0xffff;
    }

    private int lengthAt(int offset) {
        int length = frame.getInt(base + offset);
        if (length < 0 || length > Op.FRAME_BYTES_MAX) {
            throw bad("a name of " + Integer.toUnsignedString(length) + " bytes");
        }
        return length;
    }

    private byte[] copy(int at, int length) {
        byte[] copy = new byte[length];
        frame.get(at, copy);
        return copy;
    }

    private IllegalStateException none(String what) {
        return new IllegalStateException(kind + " has no " + what);
    }

    /// Returns one line for a log or a failing test.
    @Override
    public String toString() {
        return kind + " seq=" + seq() + " tree=" + tree() + " id=" + id() + " arg=" + arg()
                + " bytes=" + bytes;
    }
}
