package dev.understudy.posix.fs;

import dev.understudy.posix.Native;
import java.nio.ByteBuffer;

/// The two time stamps that utimensat(2) takes; reusable, for one thread.
public final class Times {
    /// In place of nanoseconds: the current time. linux/stat.h
    public static final int UTIME_NOW = 0x3fffffff;

    /// In place of nanoseconds: leave it. linux/stat.h
    public static final int UTIME_OMIT = 0x3ffffffe;

    private final ByteBuffer times = Native.allocate(32, 8);
    private final long address = Native.address(times);

    /// Makes a buffer.
    public Times() {}

    /// Sets the times of what a descriptor is open on, also of an O_PATH one (Linux 5.8).
    ///
    /// @return 0 or a negated errno
    public int set(int fd, long atimeSeconds, int atimeNanos, long mtimeSeconds, int mtimeNanos) {
        fill(atimeSeconds, atimeNanos, mtimeSeconds, mtimeNanos);
        return At.utimensat(fd, Stat.emptyName(), address, At.AT_EMPTY_PATH);
    }

    /// Sets the times of a name, links not followed.
    ///
    /// @param name address of a NUL-terminated string
    /// @return 0 or a negated errno
    public int set(
            int directory,
            long name,
            long atimeSeconds,
            int atimeNanos,
            long mtimeSeconds,
            int mtimeNanos) {
        fill(atimeSeconds, atimeNanos, mtimeSeconds, mtimeNanos);
        return At.utimensat(directory, name, address, At.AT_SYMLINK_NOFOLLOW);
    }

    private void fill(long atimeSeconds, int atimeNanos, long mtimeSeconds, int mtimeNanos) {
        times.putLong(0, atimeSeconds);
        times.putLong(8, atimeNanos);
        times.putLong(16, mtimeSeconds);
        times.putLong(24, mtimeNanos);
    }
}
