package dev.understudy.posix.fs;

import static dev.understudy.posix.Native.INT;
import static dev.understudy.posix.Native.LONG;

import dev.understudy.posix.CString;
import dev.understudy.posix.Native;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/// Mounts and what is known of a mounted file system; each call returns a negated errno on failure.
public final class Mounts {
    /// umount2: abort what runs, for FUSE its connection. linux/fs.h
    public static final int MNT_FORCE = 1;

    /// umount2: take it out of sight at once. linux/fs.h
    public static final int MNT_DETACH = 2;

    /// mount: read-only. linux/mount.h
    public static final long MS_RDONLY = 1;

    /// mount: no set-user-id programs. linux/mount.h
    public static final long MS_NOSUID = 2;

    /// mount: no devices. linux/mount.h
    public static final long MS_NODEV = 4;

    /// mount: no programs. linux/mount.h
    public static final long MS_NOEXEC = 8;

    /// Magic number of FUSE. linux/magic.h
    public static final long FUSE_SUPER_MAGIC = 0x65735546L;

    // linux/mount.h; asm-generic/unistd.h: new calls have one number on every architecture.
    private static final int OPEN_TREE_CLONE = 1;
    private static final long NR_OPEN_TREE = 428;
    private static final MethodHandle SYSCALL3 =
            Native.bindVariadic("syscall", 1, LONG, LONG, INT, LONG, INT);
    private static final MethodHandle MOUNT =
            Native.bind("mount", INT, LONG, LONG, LONG, LONG, LONG);
    private static final MethodHandle UMOUNT2 = Native.bind("umount2", INT, LONG, INT);
    private static final MethodHandle STATFS = Native.bind("statfs", INT, LONG, LONG);
    private static final MethodHandle FSTATFS = Native.bind("fstatfs", INT, INT, LONG);

    private Mounts() {}

    /// Clones what is visible at a directory, without what is mounted below it, as a mount of its
    /// own that no path leads to; it goes away when the descriptor is closed. open_tree(2), Linux
    /// 5.2
    ///
    /// @return an O_PATH descriptor of the clone's root
    public static int cloneTree(String directory) {
        MemorySegment captured = Native.capture();
        try (CString path = CString.of(directory)) {
            return (int)
                    Native.result(
                            (long)
                                    SYSCALL3.invokeExact(
                                            captured,
                                            NR_OPEN_TREE,
                                            At.AT_FDCWD,
                                            path.address(),
                                            OPEN_TREE_CLONE | At.O_CLOEXEC),
                            captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Mounts a file system.
    ///
    /// @param flags `MS_...` bits
    /// @param data options of the file system
    public static int mount(String source, String target, String type, long flags, String data) {
        MemorySegment captured = Native.capture();
        try (CString from = CString.of(source);
                CString at = CString.of(target);
                CString kind = CString.of(type);
                CString options = CString.of(data)) {
            return Native.result(
                    (int)
                            MOUNT.invokeExact(
                                    captured,
                                    from.address(),
                                    at.address(),
                                    kind.address(),
                                    flags,
                                    options.address()),
                    captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Takes the topmost mount away from a path.
    ///
    /// @param flags [#MNT_FORCE], [#MNT_DETACH]
    public static int unmount(String target, int flags) {
        MemorySegment captured = Native.capture();
        try (CString at = CString.of(target)) {
            return Native.result(
                    (int) UMOUNT2.invokeExact(captured, at.address(), flags), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Reads what a file system says of itself into a reusable buffer, by path.
    public static int statfs(String path, Statfs into) {
        MemorySegment captured = Native.capture();
        try (CString at = CString.of(path)) {
            return Native.result(
                    (int) STATFS.invokeExact(captured, at.address(), into.address), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Reads what a file system says of itself into a reusable buffer, by descriptor.
    public static int fstatfs(int fd, Statfs into) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((int) FSTATFS.invokeExact(captured, fd, into.address), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// `struct statfs` of the 64-bit ABIs (asm-generic/statfs.h); reusable, for one thread.
    public static final class Statfs {
        private final ByteBuffer s = Native.allocate(120, 8);
        private final long address = Native.address(s);

        /// Makes a buffer.
        public Statfs() {}

        /// Gives the magic number of the file system's type.
        public long type() {
            return s.getLong(0);
        }

        /// Gives the unit of the block counts in bytes.
        public long blockSize() {
            return s.getLong(8);
        }

        /// Gives all blocks.
        public long blocks() {
            return s.getLong(16);
        }

        /// Gives the free blocks.
        public long blocksFree() {
            return s.getLong(24);
        }

        /// Gives the blocks free for users that are not root.
        public long blocksAvailable() {
            return s.getLong(32);
        }

        /// Gives all inodes.
        public long files() {
            return s.getLong(40);
        }

        /// Gives the free inodes.
        public long filesFree() {
            return s.getLong(48);
        }

        /// Gives the longest name in bytes.
        public long nameLengthMax() {
            return s.getLong(64);
        }

        /// Gives the fragment size in bytes.
        public long fragmentSize() {
            return s.getLong(72);
        }

        /// Gives the flags of the mount, `ST_...` of sys/statvfs.h.
        public long flags() {
            return s.getLong(80);
        }
    }
}
