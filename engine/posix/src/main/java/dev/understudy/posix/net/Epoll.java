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

/// One epoll instance and the eventfd that wakes it, over pre-allocated memory.
///
/// @see "linux/eventpoll.h: struct epoll_event is packed (12 bytes) on x86_64 and 16 bytes
///   elsewhere"
final class Epoll {
    static final int EVENTS_MAX = 128;

    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLL_CTL_MOD = 3;
    private static final int CLOEXEC = 0x80000; // EPOLL_CLOEXEC = EFD_CLOEXEC = O_CLOEXEC
    private static final int NONBLOCK = 0x800; // EFD_NONBLOCK = O_NONBLOCK

    private static final boolean PACKED = "amd64".equals(System.getProperty("os.arch"));
    private static final int EVENT_BYTES = PACKED ? 12 : 16;
    private static final int DATA = PACKED ? 4 : 8;
    private static final ValueLayout.OfInt BITS = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong TOKEN = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final MethodHandle CREATE = Native.bind("epoll_create1", INT, INT);
    private static final MethodHandle CTL = Native.bind("epoll_ctl", INT, INT, INT, INT, LONG);
    private static final MethodHandle EVENTFD = Native.bind("eventfd", INT, INT, INT);
    private static final boolean NANOS = Native.has("epoll_pwait2"); // glibc 2.35, Linux 5.11
    private static final MethodHandle WAIT =
            NANOS
                    ? Native.bind("epoll_pwait2", INT, INT, LONG, INT, LONG, LONG)
                    : Native.bind("epoll_wait", INT, INT, LONG, INT, INT);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment events = arena.allocate((long) EVENT_BYTES * EVENTS_MAX, 16);
    private final MemorySegment change = arena.allocate(16, 16);
    private final MemorySegment timeout = arena.allocate(16, 8);
    private final MemorySegment counter = arena.allocate(8, 8);
    private final int fd;
    private final int wakeFd;

    Epoll() throws ErrnoException {
        try {
            MemorySegment state = Native.capture();
            fd = check("epoll_create1", (int) CREATE.invokeExact(state, CLOEXEC), state);
            wakeFd =
                    check(
                            "eventfd",
                            (int) EVENTFD.invokeExact(state, 0, CLOEXEC | NONBLOCK),
                            state);
        } catch (ErrnoException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    int wakeFd() {
        return wakeFd;
    }

    void add(int target, int bits, long token) throws ErrnoException {
        control(EPOLL_CTL_ADD, target, bits, token);
    }

    void modify(int target, int bits, long token) throws ErrnoException {
        control(EPOLL_CTL_MOD, target, bits, token);
    }

    void remove(int target) throws ErrnoException {
        control(EPOLL_CTL_DEL, target, 0, 0);
    }

    private void control(int operation, int target, int bits, long token) throws ErrnoException {
        change.set(BITS, 0, bits);
        change.set(TOKEN, DATA, token);
        MemorySegment state = Native.capture();
        int result;
        try {
            int value = (int) CTL.invokeExact(state, fd, operation, target, change.address());
            result = Native.result(value, state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
        if (result < 0) {
            throw Errno.failed("epoll_ctl fd " + target, result);
        }
    }

    /// Waits for events.
    ///
    /// @param timeoutNs 0 = look only, negative = without limit
    /// @return number of events, 0 after the timeout or a signal
    int await(long timeoutNs) throws ErrnoException {
        MemorySegment state = Native.capture();
        int count;
        try {
            if (NANOS) {
                timeout.set(LONG, 0, timeoutNs / 1_000_000_000L);
                timeout.set(LONG, 8, timeoutNs % 1_000_000_000L);
                long limit = timeoutNs < 0 ? 0 : timeout.address();
                count = (int) WAIT.invokeExact(state, fd, events.address(), EVENTS_MAX, limit, 0L);
            } else {
                int ms =
                        timeoutNs < 0
                                ? -1
                                : (int)
                                        Math.min(
                                                Integer.MAX_VALUE,
                                                (timeoutNs + 999_999) / 1_000_000);
                count = (int) WAIT.invokeExact(state, fd, events.address(), EVENTS_MAX, ms);
            }
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
        if (count >= 0) {
            return count;
        }
        int result = Native.result(count, state);
        if (result != -Errno.EINTR) {
            throw Errno.failed("epoll_wait", result);
        }
        return 0;
    }

    int bits(int index) {
        return events.get(BITS, (long) index * EVENT_BYTES);
    }

    long token(int index) {
        return events.get(TOKEN, (long) index * EVENT_BYTES + DATA);
    }

    /// Wakes [#await]; any thread, also while others do the same.
    void wake() {
        Fd.signal(wakeFd);
    }

    /// Takes back all wake-ups so far.
    void drainWake() {
        Fd.read(wakeFd, counter.address(), 8);
    }

    void close() {
        Fd.close(wakeFd);
        Fd.close(fd);
        arena.close();
    }

    private static int check(String call, int value, MemorySegment state) throws ErrnoException {
        return Errno.check(call, Native.result(value, state));
    }
}
