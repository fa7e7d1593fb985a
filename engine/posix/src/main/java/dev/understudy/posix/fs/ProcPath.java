package dev.understudy.posix.fs;

import dev.understudy.posix.Native;
import java.nio.ByteBuffer;

/// The path `/proc/self/fd/N`, for calls that have no form for O_PATH descriptors; reusable, for
/// one thread. Following it leads to the object itself, also to a symbolic link. proc(5)
public final class ProcPath {
    private static final byte[] PREFIX = {
        '/', 'p', 'r', 'o', 'c', '/', 's', 'e', 'l', 'f', '/', 'f', 'd', '/'
    };

    private final ByteBuffer bytes = Native.allocate(512, 8);
    private final long address = Native.address(bytes);

    /// Makes the path reusable.
    public ProcPath() {
        bytes.put(0, PREFIX);
    }

    /// Gives the address of the NUL-terminated path of a descriptor; valid until the next call.
    public long of(int fd) {
        int digits = 1;
        for (int rest = fd / 10; rest > 0; rest /= 10) {
            digits++;
        }
        int at = PREFIX.length + digits;
        bytes.put(at, (byte) 0);
        int rest = fd;
        for (int i = 0; i < digits; i++) {
            bytes.put(--at, (byte) ('0' + rest % 10));
            rest /= 10;
        }
        return address;
    }

    /// Gives the address of the path of a name in an open directory; valid until the next call.
    ///
    /// @param name at most 255 bytes
    public long of(int directory, byte[] name) {
        of(directory);
        int at = PREFIX.length;
        while (bytes.get(at) != 0) {
            at++;
        }
        bytes.put(at, (byte) '/');
        bytes.put(at + 1, name);
        bytes.put(at + 1 + name.length, (byte) 0);
        return address;
    }
}
