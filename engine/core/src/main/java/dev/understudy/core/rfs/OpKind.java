package dev.understudy.core.rfs;

/// The kinds of replicated operations; the code is the byte on the wire and never changes.
public enum OpKind {
    /// Data at an offset; the header's argument is the offset.
    WRITE(1),
    /// A new regular file in a directory.
    CREATE(2),
    /// A new directory.
    MKDIR(3),
    /// A new fifo, socket or device.
    MKNOD(4),
    /// A new symbolic link.
    SYMLINK(5),
    /// A new regular file without a name; the parent only says where it lives.
    TMPFILE(6),
    /// A further name of a file.
    LINK(7),
    /// A name goes away; the header's id is the file that had it.
    UNLINK(8),
    /// A directory goes away.
    RMDIR(9),
    /// A name moves, perhaps over another one.
    RENAME(10),
    /// Mode, owner, size and times as the mask says; the header's argument is the size.
    SETATTR(11),
    /// An extended attribute gets a value.
    SETXATTR(12),
    /// An extended attribute goes away.
    REMOVEXATTR(13),
    /// Space is reserved, punched or zeroed; the header's argument is the offset.
    FALLOCATE(14),
    /// The modification time that the kernel of the primary gave.
    TIMES(15),
    /// A durable point of one file, one directory or everything.
    SYNC(16),
    /// A file without a name is closed for the last time.
    RELEASE(17);

    private static final OpKind[] BY_CODE = new OpKind[18];

    static {
        for (OpKind kind : values()) {
            BY_CODE[kind.code] = kind;
        }
    }

    private final int code;

    OpKind(int code) {
        this.code = code;
    }

    /// Returns the byte that stands for this kind in a frame.
    public int code() {
        return code;
    }

    /// Returns whether a directory's names change.
    public boolean changesNames() {
        return switch (this) {
            case CREATE, MKDIR, MKNOD, SYMLINK, LINK, UNLINK, RMDIR, RENAME -> true;
            case WRITE, TMPFILE, SETATTR, SETXATTR, REMOVEXATTR, FALLOCATE, TIMES, SYNC, RELEASE ->
                    false;
        };
    }

    /// Returns whether the operation makes a new file, so that its body is a [Op.Creation].
    public boolean isCreation() {
        return switch (this) {
            case CREATE, MKDIR, MKNOD, SYMLINK, TMPFILE -> true;
            case WRITE,
                    LINK,
                    UNLINK,
                    RMDIR,
                    RENAME,
                    SETATTR,
                    SETXATTR,
                    REMOVEXATTR,
                    FALLOCATE,
                    TIMES,
                    SYNC,
                    RELEASE ->
                    false;
        };
    }

    /// Finds a kind by its byte.
    ///
    /// @throws BadFrame if no kind has that byte
    public static OpKind of(int code) {
        OpKind kind = code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
        if (kind == null) {
            throw new BadFrame("operation of unknown kind " + code);
        }
        return kind;
    }
}
