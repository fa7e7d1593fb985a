package dev.understudy.posix.fs;

import dev.understudy.posix.Native;
import java.nio.ByteBuffer;

/// Attributes of a file as statx(2) gives them, equal on every architecture; reusable, for one
/// thread. Field offsets are those of `struct statx` in linux/stat.h.
public final class Stat {
    /// Mask of the file type in a mode. linux/stat.h
    public static final int S_IFMT = 0xf000;

    /// Type: socket. linux/stat.h
    public static final int S_IFSOCK = 0xc000;

    /// Type: symbolic link. linux/stat.h
    public static final int S_IFLNK = 0xa000;

    /// Type: regular file. linux/stat.h
    public static final int S_IFREG = 0x8000;

    /// Type: block device. linux/stat.h
    public static final int S_IFBLK = 0x6000;

    /// Type: directory. linux/stat.h
    public static final int S_IFDIR = 0x4000;

    /// Type: character device. linux/stat.h
    public static final int S_IFCHR = 0x2000;

    /// Type: fifo. linux/stat.h
    public static final int S_IFIFO = 0x1000;

    /// Permission bit: set user id on execution.
    public static final int S_ISUID = 0x800;

    /// Permission bit: set group id on execution, or inherit the group in a directory.
    public static final int S_ISGID = 0x400;

    // linux/stat.h STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID
    private static final int MASK = 0x1fff;
    private static final ByteBuffer EMPTY = Native.allocate(8, 8);
    private static final long EMPTY_NAME = Native.address(EMPTY);

    private final ByteBuffer x = Native.allocate(256, 8);
    private final long address = Native.address(x);

    /// Makes a buffer.
    public Stat() {}

    /// Reads the attributes of what a descriptor is open on, also of an O_PATH one.
    ///
    /// @return 0 or a negated errno
    public int of(int fd) {
        return At.statx(fd, EMPTY_NAME, At.AT_EMPTY_PATH, MASK, address);
    }

    /// Reads the attributes of a name, links not followed.
    ///
    /// @param name address of a NUL-terminated string
    /// @return 0 or a negated errno
    public int of(int directory, long name) {
        return At.statx(directory, name, At.AT_SYMLINK_NOFOLLOW, MASK, address);
    }

    /// Gives the address of an empty string, for calls with `AT_EMPTY_PATH`.
    public static long emptyName() {
        return EMPTY_NAME;
    }

    /// Gives type and permission bits.
    public int mode() {
        return x.getShort(28) & 0xffff;
    }

    /// Gives the type bits, one of the `S_IF...`.
    public int type() {
        return mode() & S_IFMT;
    }

    /// Tells whether it is a directory.
    public boolean isDirectory() {
        return type() == S_IFDIR;
    }

    /// Tells whether it is a regular file.
    public boolean isRegular() {
        return type() == S_IFREG;
    }

    /// Gives the inode number.
    public long ino() {
        return x.getLong(32);
    }

    /// Gives the size in bytes.
    public long size() {
        return x.getLong(40);
    }

    /// Gives the space used, in 512-byte units.
    public long blocks() {
        return x.getLong(48);
    }

    /// Gives the preferred unit of IO in bytes.
    public int blockSize() {
        return x.getInt(4);
    }

    /// Gives the number of names.
    public int links() {
        return x.getInt(16);
    }

    /// Gives the owner.
    public int uid() {
        return x.getInt(20);
    }

    /// Gives the group.
    public int gid() {
        return x.getInt(24);
    }

    /// Gives the access time, seconds since 1970.
    public long atimeSeconds() {
        return x.getLong(64);
    }

    /// Gives the nanoseconds of the access time.
    public int atimeNanos() {
        return x.getInt(72);
    }

    /// Gives the birth time, seconds since 1970; 0 where the file system has none.
    public long btimeSeconds() {
        return x.getLong(80);
    }

    /// Gives the nanoseconds of the birth time.
    public int btimeNanos() {
        return x.getInt(88);
    }

    /// Gives the change time, seconds since 1970.
    public long ctimeSeconds() {
        return x.getLong(96);
    }

    /// Gives the nanoseconds of the change time.
    public int ctimeNanos() {
        return x.getInt(104);
    }

    /// Gives the modification time, seconds since 1970.
    public long mtimeSeconds() {
        return x.getLong(112);
    }

    /// Gives the nanoseconds of the modification time.
    public int mtimeNanos() {
        return x.getInt(120);
    }

    /// Gives the device number of a special file, in the kernel's 32-bit form (`new_encode_dev`,
    /// linux/kdev_t.h), which FUSE uses too.
    public int device() {
        int major = x.getInt(128);
        int minor = x.getInt(132);
        return (minor & 0xff) | major << 8 | (minor & ~0xff) << 12;
    }

    /// Gives the number of the file system that holds the file: major in the upper, minor in the
    /// lower half.
    public long fileSystem() {
        return (long) x.getInt(136) << 32 | (x.getInt(140) & 0xffffffffL);
    }

    /// Gives the number of the mount it was reached through; 0 before Linux 5.8.
    public long mountId() {
        return x.getLong(144);
    }

    /// Tells whether it is the root of a mount (STATX_ATTR_MOUNT_ROOT, linux/stat.h).
    public boolean isMountRoot() {
        return (x.getLong(8) & 0x2000) != 0;
    }

    /// Turns the kernel's 32-bit device number into the `dev_t` of libc (sys/sysmacros.h).
    public static long libcDevice(int device) {
        long major = (device & 0xfff00L) >> 8;
        long minor = (device & 0xffL) | ((device >> 12) & 0xfff00L);
        return (major & 0xfffL) << 8
                | (major & ~0xfffL) << 32
                | (minor & 0xffL)
                | (minor & ~0xffL) << 12;
    }
}
