package dev.understudy.posix;

import java.io.IOException;

/// Says which system call failed, on what, and with which error number.
public final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /// Makes the exception; [Errno#failed] is the usual way.
    ///
    /// @param call the call and its object for a person to read: `connect to 10.0.0.2:9454`
    /// @param errno positive error number
    public ErrnoException(String call, int errno) {
        super(call + ": " + Errno.words(errno) + " (" + Errno.name(errno) + ")");
        this.errno = errno;
    }

    /// Gives the positive error number.
    public int errno() {
        return errno;
    }
}
