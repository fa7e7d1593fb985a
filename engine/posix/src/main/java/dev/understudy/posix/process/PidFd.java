package dev.understudy.posix.process;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Holds one process by descriptor: a number that is used again cannot be mistaken for it.
///
/// The descriptor becomes readable when the process has ended, also before its parent has waited
/// for it, so an event loop hears of the end within the scheduler's latency.
///
/// @see "pidfd_open(2), Linux 5.3"
public final class PidFd implements AutoCloseable {
    private static final int POLLIN = 1;

    private final int pid;
    private final int fd;
    private boolean isClosed;

    private PidFd(int pid, int fd) {
        this.pid = pid;
        this.fd = fd;
    }

    /// Opens a living (or not yet waited for) process.
    ///
    /// @throws ErrnoException ESRCH when there is none
    public static PidFd open(long pid) throws ErrnoException {
        int fd = ProcessCalls.pidfdOpen(Math.toIntExact(pid));
        return new PidFd((int) pid, Errno.check("pidfd_open " + pid, fd));
    }

    /// Gives the process number.
    public int pid() {
        return pid;
    }

    /// Gives the descriptor for an event loop: readable = ended.
    public int fd() {
        return fd;
    }

    /// Sends a signal.
    ///
    /// @return false when the process has ended already
    public boolean signal(Signal signal) throws ErrnoException {
        int result = ProcessCalls.pidfdSendSignal(fd, signal.number());
        if (result == -Errno.ESRCH) {
            return false;
        }
        Errno.check(signal + " to " + pid, result);
        return true;
    }

    /// Tells whether the process still runs.
    public boolean isAlive() throws ErrnoException {
        return !awaitExit(0);
    }

    /// Waits for the end of the process, which need not be a child.
    ///
    /// @return false when `timeoutMs` passed
    public boolean awaitExit(int timeoutMs) throws ErrnoException {
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000L;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set =
                    arena.allocate(8, 4); // struct pollfd {int fd; short events, revents}
            set.set(ValueLayout.JAVA_INT, 0, fd);
            set.set(ValueLayout.JAVA_SHORT, 4, (short) POLLIN);
            while (true) {
                long leftMs = (deadlineNs - System.nanoTime() + 999_999) / 1_000_000;
                int ready = ProcessCalls.poll(set.address(), 1, (int) Math.max(0, leftMs));
                if (ready > 0) {
                    return true;
                }
                if (ready != -Errno.EINTR) {
                    Errno.check("poll", ready);
                    return false;
                }
            }
        }
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            ProcessCalls.close(fd);
        }
    }
}
