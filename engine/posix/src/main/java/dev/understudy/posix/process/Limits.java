package dev.understudy.posix.process;

import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Limits of this process.
public final class Limits {
    private static final int RLIMIT_NOFILE = 7; // asm-generic/resource.h

    private Limits() {}

    /// Lets this process have as many descriptors open as wanted, as far as the kernel allows.
    /// Needs CAP_SYS_RESOURCE beyond the limit that it was started with.
    ///
    /// @return how many it may have now, which may be fewer
    /// @throws IOException if the limits cannot be read
    public static long raiseOpenFiles(long wanted) throws IOException {
        ByteBuffer limits = Native.allocate(32, 8); // struct rlimit64 {soft, hard}, twice
        long address = Native.address(limits);
        Errno.check("read RLIMIT_NOFILE", ProcessCalls.prlimit(RLIMIT_NOFILE, 0, address));
        long soft = limits.getLong(0);
        long hard = limits.getLong(8);
        long most = Math.min(wanted, systemMax());
        if (Long.compareUnsigned(soft, most) >= 0) {
            return soft;
        }
        limits.putLong(0, most);
        limits.putLong(8, Long.compareUnsigned(hard, most) > 0 ? hard : most);
        int result = ProcessCalls.prlimit(RLIMIT_NOFILE, address, 0);
        if (result == -Errno.EPERM && Long.compareUnsigned(soft, hard) < 0) {
            most = hard;
            limits.putLong(0, hard);
            limits.putLong(8, hard);
            result = ProcessCalls.prlimit(RLIMIT_NOFILE, address, 0);
        }
        return result < 0 ? soft : most;
    }

    private static long systemMax() throws IOException {
        String text = Files.readString(Path.of("/proc/sys/fs/nr_open"), StandardCharsets.US_ASCII);
        return Long.parseLong(text.strip());
    }
}
