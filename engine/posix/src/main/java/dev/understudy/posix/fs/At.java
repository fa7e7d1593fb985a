package dev.understudy.posix.fs;

import static dev.understudy.posix.Native.INT;
import static dev.understudy.posix.Native.LONG;

import dev.understudy.posix.Native;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Calls on names relative to a directory's descriptor; each returns a negated errno on failure.
///
/// A name is the address of a NUL-terminated string.
public final class At {
    /// Stands for the working directory. linux/fcntl.h
    public static final int AT_FDCWD = -100;

    /// Do not follow a symbolic link. linux/fcntl.h
    public static final int AT_SYMLINK_NOFOLLOW = 0x100;

    /// unlinkat: remove a directory. linux/fcntl.h
    public static final int AT_REMOVEDIR = 0x200;

    /// linkat: follow a symbolic link. linux/fcntl.h
    public static final int AT_SYMLINK_FOLLOW = 0x400;

    /// With an empty name: the descriptor itself. linux/fcntl.h
    public static final int AT_EMPTY_PATH = 0x1000;

    /// Read only. asm-generic/fcntl.h
    public static final int O_RDONLY = 0;

    /// Write only. asm-generic/fcntl.h
    public static final int O_WRONLY = 1;

    /// Read and write. asm-generic/fcntl.h
    public static final int O_RDWR = 2;

    /// Mask of the access mode. asm-generic/fcntl.h
    public static final int O_ACCMODE = 3;

    /// Create if missing. asm-generic/fcntl.h
    public static final int O_CREAT = 0x40;

    /// Fail if it exists. asm-generic/fcntl.h
    public static final int O_EXCL = 0x80;

    /// Never the controlling terminal. asm-generic/fcntl.h
    public static final int O_NOCTTY = 0x100;

    /// Cut to no bytes. asm-generic/fcntl.h
    public static final int O_TRUNC = 0x200;

    /// Write at the end. asm-generic/fcntl.h
    public static final int O_APPEND = 0x400;

    /// Do not wait. asm-generic/fcntl.h
    public static final int O_NONBLOCK = 0x800;

    /// Writes wait for the data. asm-generic/fcntl.h
    public static final int O_DSYNC = 0x1000;

    /// Writes wait for data and metadata. asm-generic/fcntl.h
    public static final int O_SYNC = 0x101000;

    /// Not inherited by exec. asm-generic/fcntl.h
    public static final int O_CLOEXEC = 0x80000;

    /// A place, not an open file. asm-generic/fcntl.h
    public static final int O_PATH = 0x200000;

    /// Leave the access time. asm-generic/fcntl.h
    public static final int O_NOATIME = 0x40000;

    /// renameat2: fail if the new name exists. linux/fs.h
    public static final int RENAME_NOREPLACE = 1;

    /// renameat2: swap both names. linux/fs.h
    public static final int RENAME_EXCHANGE = 2;

    /// renameat2: leave a whiteout. linux/fs.h
    public static final int RENAME_WHITEOUT = 4;

    /// Must be a directory; differs between x86-64 and AArch64 (arch fcntl.h).
    public static final int O_DIRECTORY = Arch.AARCH64 ? 0x4000 : 0x10000;

    /// Do not follow a symbolic link in the last component; differs between architectures.
    public static final int O_NOFOLLOW = Arch.AARCH64 ? 0x8000 : 0x20000;

    /// Bypass the page cache; differs between architectures.
    public static final int O_DIRECT = Arch.AARCH64 ? 0x10000 : 0x4000;

    /// A file without a name; includes [#O_DIRECTORY].
    public static final int O_TMPFILE = 0x400000 | O_DIRECTORY;

    private static final MethodHandle OPENAT =
            Native.bindVariadic("openat", 3, INT, INT, LONG, INT, INT);
    private static final MethodHandle MKDIRAT = Native.bind("mkdirat", INT, INT, LONG, INT);
    private static final MethodHandle MKNODAT = Native.bind("mknodat", INT, INT, LONG, INT, LONG);
    private static final MethodHandle SYMLINKAT = Native.bind("symlinkat", INT, LONG, INT, LONG);
    private static final MethodHandle LINKAT =
            Native.bind("linkat", INT, INT, LONG, INT, LONG, INT);
    private static final MethodHandle UNLINKAT = Native.bind("unlinkat", INT, INT, LONG, INT);
    private static final MethodHandle RENAMEAT2 =
            Native.bind("renameat2", INT, INT, LONG, INT, LONG, INT);
    private static final MethodHandle READLINKAT =
            Native.bind("readlinkat", LONG, INT, LONG, LONG, LONG);
    private static final MethodHandle FCHOWNAT =
            Native.bind("fchownat", INT, INT, LONG, INT, INT, INT);
    private static final MethodHandle FCHMODAT = Native.bind("fchmodat", INT, INT, LONG, INT, INT);
    private static final MethodHandle UTIMENSAT =
            Native.bind("utimensat", INT, INT, LONG, LONG, INT);
    private static final MethodHandle STATX = Native.bind("statx", INT, INT, LONG, INT, INT, LONG);

    private At() {}

    /// Opens a name.
    ///
    /// @param mode permission bits of a file that O_CREAT or O_TMPFILE makes; the umask applies
    /// @return descriptor
    public static int openat(int directory, long name, int flags, int mode) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) OPENAT.invokeExact(captured, directory, name, flags, mode), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Makes a directory; the umask applies.
    public static int mkdirat(int directory, long name, int mode) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) MKDIRAT.invokeExact(captured, directory, name, mode), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Makes a special file.
    ///
    /// @param device as `st_rdev` has it, 0 for fifos and sockets
    public static int mknodat(int directory, long name, int mode, long device) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) MKNODAT.invokeExact(captured, directory, name, mode, device), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Makes a symbolic link.
    public static int symlinkat(long target, int directory, long name) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) SYMLINKAT.invokeExact(captured, target, directory, name), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Gives a file a further name.
    ///
    /// @param flags `AT_EMPTY_PATH` links the descriptor `fromDirectory` itself
    public static int linkat(int fromDirectory, long from, int toDirectory, long to, int flags) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) LINKAT.invokeExact(captured, fromDirectory, from, toDirectory, to, flags),
                    captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Removes a name, or a directory with `AT_REMOVEDIR`.
    public static int unlinkat(int directory, long name, int flags) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) UNLINKAT.invokeExact(captured, directory, name, flags), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Moves a name.
    ///
    /// @param flags `RENAME_...` bits
    public static int renameat2(int fromDirectory, long from, int toDirectory, long to, int flags) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int)
                            RENAMEAT2.invokeExact(
                                    captured, fromDirectory, from, toDirectory, to, flags),
                    captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Reads the target of a symbolic link; an empty name means the descriptor itself.
    ///
    /// @return bytes, without a NUL
    public static long readlinkat(int directory, long name, long address, long length) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (long) READLINKAT.invokeExact(captured, directory, name, address, length),
                    captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Sets owner and group; -1 leaves one as it is.
    public static int fchownat(int directory, long name, int uid, int gid, int flags) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) FCHOWNAT.invokeExact(captured, directory, name, uid, gid, flags),
                    captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Sets permission bits of what the name leads to.
    public static int fchmodat(int directory, long name, int mode, int flags) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) FCHMODAT.invokeExact(captured, directory, name, mode, flags), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Sets access and modification time.
    ///
    /// @param times address of two `struct timespec {long seconds; long nanos}`; see [Times]
    public static int utimensat(int directory, long name, long times, int flags) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) UTIMENSAT.invokeExact(captured, directory, name, times, flags), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Reads attributes into a `struct statx`; see [Stat].
    public static int statx(int directory, long name, int flags, int mask, long address) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) STATX.invokeExact(captured, directory, name, flags, mask, address),
                    captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }
}
