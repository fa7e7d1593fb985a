package dev.understudy.posix.process;

import static dev.understudy.posix.Native.INT;
import static dev.understudy.posix.Native.LONG;

import dev.understudy.posix.CString;
import dev.understudy.posix.Native;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// The process calls as values or negated errnos.
final class ProcessCalls {
    private static final int SYS_PIDFD_SEND_SIGNAL = 424; // asm-generic/unistd.h, all architectures
    private static final int SYS_PIDFD_OPEN = 434;

    private static final MethodHandle SYSCALL =
            Native.bindVariadic("syscall", 1, LONG, LONG, LONG, LONG, LONG, LONG);
    private static final MethodHandle PRCTL =
            Native.bindVariadic("prctl", 1, INT, INT, LONG, LONG, LONG, LONG);
    private static final MethodHandle WAITID = Native.bind("waitid", INT, INT, INT, LONG, INT);
    private static final MethodHandle CLOSE = Native.bind("close", INT, INT);
    private static final MethodHandle DUP = Native.bindVariadic("fcntl", 2, INT, INT, INT, INT);
    private static final MethodHandle OPEN = Native.bindVariadic("open", 2, INT, LONG, INT, INT);
    private static final MethodHandle POLL = Native.bind("poll", INT, LONG, LONG, INT);
    private static final MethodHandle UNSHARE = Native.bind("unshare", INT, INT);
    private static final MethodHandle SETNS = Native.bind("setns", INT, INT, INT);
    private static final MethodHandle KILL = Native.bind("kill", INT, INT, INT);

    private static final MethodHandle PRLIMIT = Native.bind("prlimit", INT, INT, INT, LONG, LONG);

    private ProcessCalls() {}

    static int prlimit(int resource, long next, long before) {
        MemorySegment state = Native.capture();
        try {
            return Native.result(
                    (int) PRLIMIT.invokeExact(state, 0, resource, next, before), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    private static long syscall(long number, long a, long b, long c, long d) {
        MemorySegment state = Native.capture();
        try {
            return Native.result((long) SYSCALL.invokeExact(state, number, a, b, c, d), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static int pidfdOpen(int pid) {
        return (int) syscall(SYS_PIDFD_OPEN, pid, 0, 0, 0);
    }

    static int pidfdSendSignal(int pidfd, int signal) {
        return (int) syscall(SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0);
    }

    static int kill(int pid, int signal) {
        MemorySegment state = Native.capture();
        try {
            return Native.result((int) KILL.invokeExact(state, pid, signal), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static int prctl(int option, long value) {
        MemorySegment state = Native.capture();
        try {
            return Native.result((int) PRCTL.invokeExact(state, option, value, 0L, 0L, 0L), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static int waitid(int idType, int id, long info, int options) {
        MemorySegment state = Native.capture();
        try {
            return Native.result((int) WAITID.invokeExact(state, idType, id, info, options), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
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

    static int openReadOnly(Path path) {
        MemorySegment state = Native.capture();
        try (CString name = CString.of(path.toString())) {
            int value = (int) OPEN.invokeExact(state, name.address(), 0x80000, 0); // O_CLOEXEC
            return Native.result(value, state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Duplicates a descriptor with close-on-exec (F_DUPFD_CLOEXEC).
    static int duplicate(int fd) {
        MemorySegment state = Native.capture();
        try {
            return Native.result((int) DUP.invokeExact(state, fd, 1030, 0), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static int poll(long set, int count, int timeoutMs) {
        MemorySegment state = Native.capture();
        try {
            return Native.result(
                    (int) POLL.invokeExact(state, set, (long) count, timeoutMs), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static int unshare(int flags) {
        MemorySegment state = Native.capture();
        try {
            return Native.result((int) UNSHARE.invokeExact(state, flags), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static int setns(int fd, int type) {
        MemorySegment state = Native.capture();
        try {
            return Native.result((int) SETNS.invokeExact(state, fd, type), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }
}
