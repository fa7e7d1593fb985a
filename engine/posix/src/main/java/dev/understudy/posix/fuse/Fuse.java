package dev.understudy.posix.fuse;

/// The FUSE protocol as in linux/fuse.h: operations, flags, and the places of fields.
///
/// Offsets of request fields count from the start of the body, behind the 40 bytes of
/// `fuse_in_header`; offsets of reply fields count from the start of the struct.
public final class Fuse {
    /// FUSE_KERNEL_VERSION.
    public static final int VERSION = 7;

    /// The newest minor version whose structs we know; the kernel speaks the smaller one.
    public static final int MINOR = 45;

    /// The oldest minor version we accept: FUSE_SETXATTR_EXT, Linux 5.13.
    public static final int MINOR_MIN = 33;

    /// Minor version that brought FUSE_NOTIFY_INC_EPOCH, Linux 6.16.
    public static final int MINOR_INC_EPOCH = 44;

    /// FUSE_ROOT_ID.
    public static final long ROOT_ID = 1;

    /// Most bytes of data in one request that we ask for: 256 pages of 4 KiB.
    public static final int DATA_MAX = 1 << 20;

    // ---- struct fuse_in_header
    /// Bytes of `fuse_in_header`.
    public static final int IN_HEADER = 40;

    static final int IN_LEN = 0;
    static final int IN_OPCODE = 4;
    static final int IN_UNIQUE = 8;
    static final int IN_NODE = 16;
    static final int IN_UID = 24;
    static final int IN_GID = 28;
    static final int IN_PID = 32;

    /// Bytes of `fuse_out_header`.
    public static final int OUT_HEADER = 16;

    // ---- struct fuse_attr
    /// Bytes of `fuse_attr`.
    public static final int ATTR = 88;

    /// Bytes of `fuse_entry_out`.
    public static final int ENTRY_OUT = 40 + ATTR;

    /// Bytes of `fuse_attr_out`.
    public static final int ATTR_OUT = 16 + ATTR;

    /// Bytes of `fuse_open_out`.
    public static final int OPEN_OUT = 16;

    /// Bytes of `fuse_write_in`, as many as the header of an operation of ours.
    public static final int WRITE_IN = 40;

    /// Bytes of `fuse_statfs_out`.
    public static final int STATFS_OUT = 80;

    /// Bytes of `fuse_init_out`.
    public static final int INIT_OUT = 64;

    /// Bytes of `fuse_dirent` before the name.
    public static final int DIRENT = 24;

    // ---- enum fuse_opcode
    /// Opcode.
    public static final int LOOKUP = 1;

    /// Opcode; has no reply.
    public static final int FORGET = 2;

    /// Opcode.
    public static final int GETATTR = 3;

    /// Opcode.
    public static final int SETATTR = 4;

    /// Opcode.
    public static final int READLINK = 5;

    /// Opcode.
    public static final int SYMLINK = 6;

    /// Opcode.
    public static final int MKNOD = 8;

    /// Opcode.
    public static final int MKDIR = 9;

    /// Opcode.
    public static final int UNLINK = 10;

    /// Opcode.
    public static final int RMDIR = 11;

    /// Opcode.
    public static final int RENAME = 12;

    /// Opcode.
    public static final int LINK = 13;

    /// Opcode.
    public static final int OPEN = 14;

    /// Opcode.
    public static final int READ = 15;

    /// Opcode.
    public static final int WRITE = 16;

    /// Opcode.
    public static final int STATFS = 17;

    /// Opcode.
    public static final int RELEASE = 18;

    /// Opcode.
    public static final int FSYNC = 20;

    /// Opcode.
    public static final int SETXATTR = 21;

    /// Opcode.
    public static final int GETXATTR = 22;

    /// Opcode.
    public static final int LISTXATTR = 23;

    /// Opcode.
    public static final int REMOVEXATTR = 24;

    /// Opcode.
    public static final int INIT = 26;

    /// Opcode.
    public static final int OPENDIR = 27;

    /// Opcode.
    public static final int READDIR = 28;

    /// Opcode.
    public static final int RELEASEDIR = 29;

    /// Opcode.
    public static final int FSYNCDIR = 30;

    /// Opcode.
    public static final int CREATE = 35;

    /// Opcode; answered with ENOSYS, after which the kernel sends no more.
    public static final int INTERRUPT = 36;

    /// Opcode.
    public static final int DESTROY = 38;

    /// Opcode; has no reply.
    public static final int BATCH_FORGET = 42;

    /// Opcode.
    public static final int FALLOCATE = 43;

    /// Opcode.
    public static final int READDIRPLUS = 44;

    /// Opcode.
    public static final int RENAME2 = 45;

    /// Opcode.
    public static final int LSEEK = 46;

    /// Opcode.
    public static final int SYNCFS = 50;

    /// Opcode.
    public static final int TMPFILE = 51;

    // ---- INIT flags
    static final long ASYNC_READ = 1;
    static final long ATOMIC_O_TRUNC = 1 << 3;
    static final long EXPORT_SUPPORT = 1 << 4;
    static final long BIG_WRITES = 1 << 5;
    static final long DONT_MASK = 1 << 6;
    static final long DO_READDIRPLUS = 1 << 13;
    static final long READDIRPLUS_AUTO = 1 << 14;
    static final long ASYNC_DIO = 1 << 15;
    static final long PARALLEL_DIROPS = 1 << 18;
    static final long POSIX_ACL = 1 << 20;
    static final long MAX_PAGES = 1 << 22;
    static final long CACHE_SYMLINKS = 1 << 23;
    static final long HANDLE_KILLPRIV_V2 = 1 << 28;
    static final long SETXATTR_EXT = 1 << 29;
    static final long INIT_EXT = 1 << 30;
    static final long DIRECT_IO_ALLOW_MMAP = 1L << 36;

    /// What the kernel must grant; anything else of ours is taken if offered.
    static final long REQUIRED =
            ATOMIC_O_TRUNC
                    | BIG_WRITES
                    | DONT_MASK
                    | POSIX_ACL
                    | MAX_PAGES
                    | HANDLE_KILLPRIV_V2
                    | SETXATTR_EXT;

    /// What we ask for. Not asked for: WRITEBACK_CACHE (a write would be answered before we see it)
    /// and PASSTHROUGH (stores through mmap would go by us).
    static final long WANTED =
            REQUIRED
                    | ASYNC_READ
                    | EXPORT_SUPPORT
                    | DO_READDIRPLUS
                    | READDIRPLUS_AUTO
                    | ASYNC_DIO
                    | PARALLEL_DIROPS
                    | CACHE_SYMLINKS
                    | INIT_EXT
                    | DIRECT_IO_ALLOW_MMAP;

    // ---- flags of requests and replies
    /// SETATTR valid bit: mode.
    public static final int FATTR_MODE = 1;

    /// SETATTR valid bit: owner.
    public static final int FATTR_UID = 1 << 1;

    /// SETATTR valid bit: group.
    public static final int FATTR_GID = 1 << 2;

    /// SETATTR valid bit: size.
    public static final int FATTR_SIZE = 1 << 3;

    /// SETATTR valid bit: access time.
    public static final int FATTR_ATIME = 1 << 4;

    /// SETATTR valid bit: modification time.
    public static final int FATTR_MTIME = 1 << 5;

    /// SETATTR valid bit: the file handle is given.
    public static final int FATTR_FH = 1 << 6;

    /// SETATTR valid bit: access time is now.
    public static final int FATTR_ATIME_NOW = 1 << 7;

    /// SETATTR valid bit: modification time is now.
    public static final int FATTR_MTIME_NOW = 1 << 8;

    /// SETATTR valid bit: take set-id bits away.
    public static final int FATTR_KILL_SUIDGID = 1 << 11;

    /// WRITE flag: take set-id bits away.
    public static final int WRITE_KILL_SUIDGID = 1 << 2;

    /// OPEN and CREATE flag: take set-id bits away.
    public static final int OPEN_KILL_SUIDGID = 1;

    /// SETXATTR flag: take the set-group-id bit away.
    public static final int SETXATTR_ACL_KILL_SGID = 1;

    /// FSYNC flag: data only.
    public static final int FSYNC_FDATASYNC = 1;

    /// Reply to OPEN: go around the page cache.
    public static final int FOPEN_DIRECT_IO = 1;

    /// Reply to OPEN: keep pages of earlier opens.
    public static final int FOPEN_KEEP_CACHE = 1 << 1;

    /// Reply to OPEN: send no FLUSH on close.
    public static final int FOPEN_NOFLUSH = 1 << 5;

    // ---- enum fuse_notify_code
    static final int NOTIFY_INVAL_INODE = 2;
    static final int NOTIFY_INVAL_ENTRY = 3;
    static final int NOTIFY_RESEND = 7;
    static final int NOTIFY_INC_EPOCH = 8;

    private Fuse() {}
}
