package dev.understudy.posix.fs;

import dev.understudy.posix.CString;

/// Stops an ext4 file system as a power cut does: what was not made durable is gone. For
/// laboratories.
public final class Ext4Shutdown {
    // fs/ext4/ext4.h: EXT4_IOC_SHUTDOWN _IOR('X', 125, __u32)
    private static final long EXT4_IOC_SHUTDOWN = 0x8004587dL;
    private static final int EXT4_GOING_FLAGS_NOLOGFLUSH = 2;

    private Ext4Shutdown() {}

    /// Shuts the file system of a descriptor down without flushing its journal.
    ///
    /// @return 0 or a negated errno; afterwards every call on it gives EIO until it is remounted
    public static int now(int fd) {
        try (CString flags = CString.of(new byte[] {EXT4_GOING_FLAGS_NOLOGFLUSH, 0, 0, 0})) {
            return Fd.ioctl(fd, EXT4_IOC_SHUTDOWN, flags.address());
        }
    }
}
