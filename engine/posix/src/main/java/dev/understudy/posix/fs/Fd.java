package dev.understudy.posix.fs;

import static dev.understudy.posix.Native.INT;
import static dev.understudy.posix.Native.LONG;

import dev.understudy.posix.Native;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Calls on open descriptors; each returns a negated errno on failure and allocates nothing.
///
/// Addresses belong to direct buffers that the caller keeps reachable for the time of the call.
public final class Fd {
    /// Flag of [#readNoWait]: fail with EAGAIN instead of waiting for the disk. linux/fs.h
    public static final int RWF_NOWAIT = 0x8;

    /// lseek: next data. linux/fs.h
    public static final int SEEK_DATA = 3;

    /// lseek: next hole. linux/fs.h
    public static final int SEEK_HOLE = 4;

    /// fallocate: do not change the size. linux/falloc.h
    public static final int FALLOC_FL_KEEP_SIZE = 0x01;

    /// fallocate: make a hole, with KEEP_SIZE. linux/falloc.h
    public static final int FALLOC_FL_PUNCH_HOLE = 0x02;

    /// fallocate: remove a range and close the gap. linux/falloc.h
    public static final int FALLOC_FL_COLLAPSE_RANGE = 0x08;

    /// fallocate: zero a range. linux/falloc.h
    public static final int FALLOC_FL_ZERO_RANGE = 0x10;

    /// fallocate: shift data up and leave a hole. linux/falloc.h
    public static final int FALLOC_FL_INSERT_RANGE = 0x20;

    private static final MethodHandle CLOSE = Native.bind("close", INT, INT);
    private static final MethodHandle READ = Native.bind("read", LONG, INT, LONG, LONG);
    private static final MethodHandle WRITE = Native.bind("write", LONG, INT, LONG, LONG);
    private static final MethodHandle PREAD = Native.bind("pread", LONG, INT, LONG, LONG, LONG);
    private static final MethodHandle PWRITE = Native.bind("pwrite", LONG, INT, LONG, LONG, LONG);
    private static final MethodHandle PREADV2 =
            Native.bind("preadv2", LONG, INT, LONG, INT, LONG, INT);
    private static final MethodHandle LSEEK = Native.bind("lseek", LONG, INT, LONG, INT);
    private static final MethodHandle FSYNC = Native.bind("fsync", INT, INT);
    private static final MethodHandle FDATASYNC = Native.bind("fdatasync", INT, INT);
    private static final MethodHandle SYNCFS = Native.bind("syncfs", INT, INT);
    private static final MethodHandle FTRUNCATE = Native.bind("ftruncate", INT, INT, LONG);
    private static final MethodHandle FALLOCATE =
            Native.bind("fallocate", INT, INT, INT, LONG, LONG);
    private static final MethodHandle COPY_FILE_RANGE =
            Native.bind("copy_file_range", LONG, INT, LONG, INT, LONG, LONG, INT);
    private static final MethodHandle FCHMOD = Native.bind("fchmod", INT, INT, INT);
    private static final MethodHandle GETDENTS64 = Native.bind("getdents64", LONG, INT, LONG, LONG);
    private static final MethodHandle IOCTL = Native.bindVariadic("ioctl", 2, INT, INT, LONG, LONG);
    private static final MethodHandle FCNTL = Native.bindVariadic("fcntl", 2, INT, INT, INT, LONG);

    private Fd() {}

    /// Closes a descriptor.
    public static int close(int fd) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((int) CLOSE.invokeExact(captured, fd), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Reads at the file's own position.
    ///
    /// @return bytes read, 0 at the end
    public static long read(int fd, long address, long length) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((long) READ.invokeExact(captured, fd, address, length), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Writes at the file's own position.
    ///
    /// @return bytes written
    public static long write(int fd, long address, long length) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((long) WRITE.invokeExact(captured, fd, address, length), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Reads at an offset.
    ///
    /// @return bytes read, 0 at the end
    public static long pread(int fd, long address, long length, long offset) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (long) PREAD.invokeExact(captured, fd, address, length, offset), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Writes at an offset.
    ///
    /// @return bytes written
    public static long pwrite(int fd, long address, long length, long offset) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (long) PWRITE.invokeExact(captured, fd, address, length, offset), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Reads at an offset into what an iovec describes, only from memory.
    ///
    /// @param iovec address of one `struct iovec {void *base; size_t length}`
    /// @return bytes read, possibly fewer than are there; -EAGAIN if the disk would be waited for
    public static long readNoWait(int fd, long iovec, long offset) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (long) PREADV2.invokeExact(captured, fd, iovec, 1, offset, RWF_NOWAIT),
                    captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Moves or asks the file position.
    ///
    /// @param whence [#SEEK_DATA], [#SEEK_HOLE], 0 set, 1 current, 2 end
    public static long lseek(int fd, long offset, int whence) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((long) LSEEK.invokeExact(captured, fd, offset, whence), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Makes data and metadata of one file durable; blocks.
    public static int fsync(int fd) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((int) FSYNC.invokeExact(captured, fd), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Makes data and size of one file durable; blocks.
    public static int fdatasync(int fd) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((int) FDATASYNC.invokeExact(captured, fd), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Makes the whole file system of a descriptor durable; blocks.
    public static int syncfs(int fd) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((int) SYNCFS.invokeExact(captured, fd), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Sets the size.
    public static int ftruncate(int fd, long size) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((int) FTRUNCATE.invokeExact(captured, fd, size), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Reserves, punches, zeroes or shifts a range.
    ///
    /// @param mode `FALLOC_FL_...` bits
    public static int fallocate(int fd, int mode, long offset, long length) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) FALLOCATE.invokeExact(captured, fd, mode, offset, length), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Copies between files inside the kernel.
    ///
    /// @param inOffset address of an `off_t` that is advanced, or 0 for the file position
    /// @param outOffset the same for the other file
    /// @return bytes copied, perhaps fewer than asked
    public static long copyFileRange(int in, long inOffset, int out, long outOffset, long length) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (long)
                            COPY_FILE_RANGE.invokeExact(
                                    captured, in, inOffset, out, outOffset, length, 0),
                    captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Sets permission bits; refuses descriptors opened with O_PATH.
    public static int fchmod(int fd, int mode) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((int) FCHMOD.invokeExact(captured, fd, mode), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Reads directory entries, `struct linux_dirent64` each (see [Dirents]).
    ///
    /// @return bytes filled, 0 at the end
    public static long getdents64(int fd, long address, long length) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (long) GETDENTS64.invokeExact(captured, fd, address, length), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Controls a device or file system.
    ///
    /// @param argument an address or a plain number, as the request wants it
    public static int ioctl(int fd, long request, long argument) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) IOCTL.invokeExact(captured, fd, request, argument), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Controls a descriptor.
    public static int fcntl(int fd, int command, long argument) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) FCNTL.invokeExact(captured, fd, command, argument), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }
}
