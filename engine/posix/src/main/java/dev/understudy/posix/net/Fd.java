package dev.understudy.posix.net;

import static dev.understudy.posix.Native.INT;
import static dev.understudy.posix.Native.LONG;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/// The calls on descriptors that loop and sockets share: results are counts or negative errnos.
final class Fd {
    static final short POLLIN = 1; // asm-generic/poll.h
    static final short POLLOUT = 4;

    private static final MethodHandle READ = Native.bind("read", LONG, INT, LONG, LONG);
    private static final MethodHandle WRITE = Native.bind("write", LONG, INT, LONG, LONG);
    private static final MethodHandle CLOSE = Native.bind("close", INT, INT);
    private static final MethodHandle POLL = Native.bind("poll", INT, LONG, LONG, INT);

    private static final MemorySegment ONE = Arena.global().allocate(8, 8);

    static {
        ONE.set(ValueLayout.JAVA_LONG, 0, 1L);
    }

    private Fd() {}

    static long read(int fd, long address, long length) {
        MemorySegment state = Native.capture();
        try {
            long n;
            do {
                n = Native.result((long) READ.invokeExact(state, fd, address, length), state);
            } while (n == -Errno.EINTR);
            return n;
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static long write(int fd, long address, long length) {
        MemorySegment state = Native.capture();
        try {
            long n;
            do {
                n = Native.result((long) WRITE.invokeExact(state, fd, address, length), state);
            } while (n == -Errno.EINTR);
            return n;
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Adds one to an eventfd; a full counter already wakes, so its EAGAIN needs no answer.
    static void signal(int eventFd) {
        write(eventFd, ONE.address(), 8);
    }

    static void close(int fd) {
        try {
            int result = (int) CLOSE.invokeExact(Native.capture(), fd);
            // Linux frees the descriptor whatever close(2) answers; there is nothing to repeat.
            assert result == 0 || result == -1;
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Waits by poll(2) for one descriptor, off the loop.
    ///
    /// @return true when ready (or broken: the next call tells), false after `timeoutNs`
    static boolean await(int fd, short events, long timeoutNs) throws ErrnoException {
        long deadlineNs = System.nanoTime() + timeoutNs;
        MemorySegment state = Native.capture();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set =
                    arena.allocate(8, 4); // struct pollfd {int fd; short events, revents}
            set.set(ValueLayout.JAVA_INT, 0, fd);
            set.set(ValueLayout.JAVA_SHORT, 4, events);
            while (true) {
                long leftNs = Math.max(0, deadlineNs - System.nanoTime());
                int ms = (int) Math.min(Integer.MAX_VALUE, (leftNs + 999_999) / 1_000_000);
                int ready =
                        Native.result((int) POLL.invokeExact(state, set.address(), 1L, ms), state);
                if (ready > 0) {
                    return true;
                }
                if (ready < 0 && ready != -Errno.EINTR) {
                    throw Errno.failed("poll", ready);
                }
                if (deadlineNs - System.nanoTime() <= 0) {
                    return false;
                }
            }
        } catch (ErrnoException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Gives the address of a direct buffer's position.
    static long address(ByteBuffer buffer) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("a direct buffer is needed");
        }
        return MemorySegment.ofBuffer(buffer).address();
    }
}
