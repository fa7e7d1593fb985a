package dev.understudy.posix.process;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;

/// Calls on descriptors that were received or are to be handed on.
public final class Descriptors {
    private Descriptors() {}

    /// Makes a second descriptor of the same open file, close-on-exec.
    public static int duplicate(int fd) throws ErrnoException {
        return Errno.check("duplicate fd " + fd, ProcessCalls.duplicate(fd));
    }

    /// Closes a descriptor. The last one of a FUSE connection ends that connection.
    public static void close(int fd) {
        ProcessCalls.close(fd);
    }
}
