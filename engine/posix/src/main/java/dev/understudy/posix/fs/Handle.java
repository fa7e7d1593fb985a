package dev.understudy.posix.fs;

import static dev.understudy.posix.Native.INT;
import static dev.understudy.posix.Native.LONG;

import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// A file handle: names an inode of one file system across renames and restarts; reusable, for one
/// thread. name_to_handle_at(2); needs CAP_DAC_READ_SEARCH to be opened.
public final class Handle {
    // linux/exportfs.h FILEID_INO32_GEN: u32 inode number, u32 generation. ext2, ext3, ext4 and
    // others.
    private static final int INO32_GEN = 1;
    // fs/xfs/xfs_export.h XFS_FILEID_TYPE_64FLAG | FILEID_INO32_GEN: u64 inode number, u32
    // generation.
    private static final int XFS_INO64_GEN = 0x81;
    private static final int MAX_HANDLE_SZ = 128;
    private static final MethodHandle NAME_TO_HANDLE_AT =
            Native.bind("name_to_handle_at", INT, INT, LONG, LONG, LONG, INT);
    private static final MethodHandle OPEN_BY_HANDLE_AT =
            Native.bind("open_by_handle_at", INT, INT, LONG, INT);

    // u32 bytes, s32 type, u8 handle[128], then the mount id
    private final ByteBuffer h = Native.allocate(8 + MAX_HANDLE_SZ + 8, 8);
    private final long address = Native.address(h);

    /// Makes a handle of nothing yet.
    public Handle() {}

    /// Reads the handle of what a descriptor is open on, also of an O_PATH one.
    ///
    /// @return 0 or a negated errno; EOPNOTSUPP if the file system has no handles
    public int of(int fd) {
        return of(fd, Stat.emptyName(), At.AT_EMPTY_PATH);
    }

    /// Reads the handle of a name, links not followed.
    ///
    /// @param name address of a NUL-terminated string
    /// @return 0 or a negated errno
    public int of(int directory, long name) {
        return of(directory, name, 0);
    }

    private int of(int directory, long name, int flags) {
        h.putInt(0, MAX_HANDLE_SZ);
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int)
                            NAME_TO_HANDLE_AT.invokeExact(
                                    captured,
                                    directory,
                                    name,
                                    address,
                                    address + 8 + MAX_HANDLE_SZ,
                                    flags),
                    captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Opens the inode of this handle.
    ///
    /// @param mount a descriptor of any object of the mount, not an O_PATH one
    /// @return descriptor, -ESTALE if the inode is gone
    public int open(int mount, int flags) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) OPEN_BY_HANDLE_AT.invokeExact(captured, mount, address, flags), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Sets the plain form of inode number and generation, as ext4 uses it.
    ///
    /// @param generation 0 takes the inode whatever its generation is (fs/ext4/super.c)
    public void set(long ino, int generation) {
        h.putInt(0, 8);
        h.putInt(4, INO32_GEN);
        h.putInt(8, (int) ino);
        h.putInt(12, generation);
    }

    /// Sets a handle that [#bytes] gave.
    public void set(byte[] saved) {
        h.putInt(0, saved.length - 4);
        h.put(4, saved);
    }

    /// Gives type and handle bytes, to be kept.
    public byte[] bytes() {
        byte[] saved = new byte[4 + h.getInt(0)];
        h.get(4, saved);
        return saved;
    }

    /// Tells whether inode number and generation are the whole handle, so that [#set(long, int)]
    /// brings it back.
    public boolean isPlain() {
        return h.getInt(4) == INO32_GEN && h.getInt(0) == 8;
    }

    /// Gives the generation of the inode; where the form of the handle is not known, a digest of
    /// it.
    public int generation() {
        return switch (h.getInt(4)) {
            case INO32_GEN -> h.getInt(12);
            case XFS_INO64_GEN -> h.getInt(16);
            default -> Arrays.hashCode(bytes());
        };
    }

    /// Says that handles work on the file system of a descriptor.
    ///
    /// @return 0 or a negated errno
    public static int probe(int fd) {
        Handle handle = new Handle();
        int result = handle.of(fd);
        if (result < 0) {
            return result;
        }
        int again = handle.open(fd, At.O_RDONLY | At.O_CLOEXEC);
        if (again < 0) {
            return again == -Errno.EBADF ? -Errno.EOPNOTSUPP : again;
        }
        Fd.close(again);
        return 0;
    }
}
