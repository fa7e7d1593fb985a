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
import java.net.InetSocketAddress;

/// The socket calls: addresses are raw, results are values or negated errnos.
final class Sockets {
    static final int STREAM = 1; // SOCK_STREAM
    static final int DATAGRAM = 2;
    static final int RAW = 3;
    static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000; // SOCK_NONBLOCK | SOCK_CLOEXEC
    static final int SOL_SOCKET = 1; // asm-generic/socket.h
    static final int NO_SIGNAL = 0x4000; // MSG_NOSIGNAL

    private static final MethodHandle SOCKET = Native.bind("socket", INT, INT, INT, INT);
    private static final MethodHandle BIND = Native.bind("bind", INT, INT, LONG, INT);
    private static final MethodHandle LISTEN = Native.bind("listen", INT, INT, INT);
    private static final MethodHandle CONNECT = Native.bind("connect", INT, INT, LONG, INT);
    private static final MethodHandle ACCEPT4 = Native.bind("accept4", INT, INT, LONG, LONG, INT);
    private static final MethodHandle SETSOCKOPT =
            Native.bind("setsockopt", INT, INT, INT, INT, LONG, INT);
    private static final MethodHandle GETSOCKOPT =
            Native.bind("getsockopt", INT, INT, INT, INT, LONG, LONG);
    private static final MethodHandle GETSOCKNAME =
            Native.bind("getsockname", INT, INT, LONG, LONG);
    private static final MethodHandle GETPEERNAME =
            Native.bind("getpeername", INT, INT, LONG, LONG);
    private static final MethodHandle SHUTDOWN = Native.bind("shutdown", INT, INT, INT);
    private static final MethodHandle SENDMSG = Native.bind("sendmsg", LONG, INT, LONG, INT);
    private static final MethodHandle SENDTO =
            Native.bind("sendto", LONG, INT, LONG, LONG, INT, LONG, INT);
    private static final MethodHandle RECVFROM =
            Native.bind("recvfrom", LONG, INT, LONG, LONG, INT, LONG, LONG);

    private Sockets() {}

    /// Opens a non-blocking, close-on-exec socket.
    static int open(int family, int type, int protocol) throws ErrnoException {
        MemorySegment state = Native.capture();
        int fd;
        try {
            int value = (int) SOCKET.invokeExact(state, family, type | NONBLOCK_CLOEXEC, protocol);
            fd = Native.result(value, state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
        return Errno.check("socket of family " + family, fd);
    }

    static int bind(int fd, long address, int length) {
        MemorySegment state = Native.capture();
        try {
            return Native.result((int) BIND.invokeExact(state, fd, address, length), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static int listen(int fd, int backlog) {
        MemorySegment state = Native.capture();
        try {
            return Native.result((int) LISTEN.invokeExact(state, fd, backlog), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static int connect(int fd, long address, int length) {
        MemorySegment state = Native.capture();
        try {
            return Native.result((int) CONNECT.invokeExact(state, fd, address, length), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static int accept(int fd) {
        MemorySegment state = Native.capture();
        try {
            int value = (int) ACCEPT4.invokeExact(state, fd, 0L, 0L, NONBLOCK_CLOEXEC);
            return Native.result(value, state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static int shutdown(int fd, int how) {
        MemorySegment state = Native.capture();
        try {
            return Native.result((int) SHUTDOWN.invokeExact(state, fd, how), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Sends `struct msghdr` at an address; no SIGPIPE.
    static long sendMessage(int fd, long message) {
        MemorySegment state = Native.capture();
        try {
            long n;
            do {
                long value = (long) SENDMSG.invokeExact(state, fd, message, NO_SIGNAL);
                n = Native.result(value, state);
            } while (n == -Errno.EINTR);
            return n;
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static long sendTo(int fd, long data, long length, long address, int addressBytes) {
        MemorySegment state = Native.capture();
        try {
            long n;
            do {
                long value =
                        (long)
                                SENDTO.invokeExact(
                                        state, fd, data, length, NO_SIGNAL, address, addressBytes);
                n = Native.result(value, state);
            } while (n == -Errno.EINTR);
            return n;
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Receives one datagram; `addressBytes` points to the room (in) and length (out), or both are
    /// 0.
    static long receiveFrom(int fd, long data, long length, long address, long addressBytes) {
        MemorySegment state = Native.capture();
        try {
            long n;
            do {
                long value =
                        (long)
                                RECVFROM.invokeExact(
                                        state, fd, data, length, 0, address, addressBytes);
                n = Native.result(value, state);
            } while (n == -Errno.EINTR);
            return n;
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static int setOption(int fd, int level, int option, long value, int length) {
        MemorySegment state = Native.capture();
        try {
            int result = (int) SETSOCKOPT.invokeExact(state, fd, level, option, value, length);
            return Native.result(result, state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Sets an option of type int.
    static void setOption(int fd, int level, int option, int value, String name)
            throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cell = arena.allocate(4, 4);
            cell.set(ValueLayout.JAVA_INT, 0, value);
            Errno.check(name, setOption(fd, level, option, cell.address(), 4));
        }
    }

    /// Reads an option of type int.
    static int option(int fd, int level, int option, String name) throws ErrnoException {
        MemorySegment state = Native.capture();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cell = arena.allocate(8, 4);
            cell.set(ValueLayout.JAVA_INT, 4, 4);
            int value =
                    (int)
                            GETSOCKOPT.invokeExact(
                                    state, fd, level, option, cell.address(), cell.address() + 4);
            Errno.check(name, Native.result(value, state));
            return cell.get(ValueLayout.JAVA_INT, 0);
        } catch (ErrnoException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    static InetSocketAddress localAddress(int fd) throws ErrnoException {
        return address(GETSOCKNAME, fd, "getsockname");
    }

    static InetSocketAddress remoteAddress(int fd) throws ErrnoException {
        return address(GETPEERNAME, fd, "getpeername");
    }

    private static InetSocketAddress address(MethodHandle call, int fd, String name)
            throws ErrnoException {
        MemorySegment state = Native.capture();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cell = arena.allocate(SocketAddresses.BYTES_MAX + 4L, 4);
            cell.set(ValueLayout.JAVA_INT, SocketAddresses.BYTES_MAX, SocketAddresses.BYTES_MAX);
            long at = cell.address();
            int value = (int) call.invokeExact(state, fd, at, at + SocketAddresses.BYTES_MAX);
            Errno.check(name, Native.result(value, state));
            return SocketAddresses.read(cell);
        } catch (ErrnoException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }
}
