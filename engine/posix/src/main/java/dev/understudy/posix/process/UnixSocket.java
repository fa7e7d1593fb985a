package dev.understudy.posix.process;

import static dev.understudy.posix.Native.INT;
import static dev.understudy.posix.Native.LONG;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.Native;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A Unix socket that carries messages and descriptors (SOCK_SEQPACKET, SCM_RIGHTS).
///
/// Borders of messages are kept; a message and its descriptors arrive together or not at all.
/// Non-blocking; for [#fd] on an event loop, or [#await] off it.
///
/// @see "unix(7), cmsg(3)"
public final class UnixSocket implements AutoCloseable {
    /// Most descriptors in one message (SCM_MAX_FD is 253; this is ours).
    public static final int DESCRIPTORS_MAX = 64;

    /// Longest message, in bytes.
    public static final int MESSAGE_MAX = 64 * 1024;

    /// What was received.
    ///
    /// @param bytes the message, empty at the end of the connection
    /// @param descriptors owned by the receiver now, close-on-exec
    public record Message(byte[] bytes, List<Integer> descriptors) {
        /// Tells that the other side has gone.
        public boolean isEnd() {
            return bytes.length == 0;
        }
    }

    private static final int AF_UNIX = 1;
    private static final int SEQPACKET = 5;
    private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_CTRUNC = 0x8;
    private static final int PATH_MAX = 107; // sun_path has 108 bytes with the final NUL

    // struct msghdr on 64 bits: name 0, namelen 8, iov 16, iovlen 24, control 32, controllen 40,
    // flags 48
    private static final int MSGHDR = 56;
    private static final int CMSGHDR = 16;
    private static final int CONTROL = CMSGHDR + 4 * DESCRIPTORS_MAX;

    private static final MethodHandle SOCKET = Native.bind("socket", INT, INT, INT, INT);
    private static final MethodHandle BIND = Native.bind("bind", INT, INT, LONG, INT);
    private static final MethodHandle LISTEN = Native.bind("listen", INT, INT, INT);
    private static final MethodHandle CONNECT = Native.bind("connect", INT, INT, LONG, INT);
    private static final MethodHandle ACCEPT4 = Native.bind("accept4", INT, INT, LONG, LONG, INT);
    private static final MethodHandle SENDMSG = Native.bind("sendmsg", LONG, INT, LONG, INT);
    private static final MethodHandle RECVMSG = Native.bind("recvmsg", LONG, INT, LONG, INT);
    private static final MethodHandle GETSOCKOPT =
            Native.bind("getsockopt", INT, INT, INT, INT, LONG, LONG);

    private final int fd;
    private boolean isClosed;

    private UnixSocket(int fd) {
        this.fd = fd;
    }

    /// Listens at a path; a socket file that is there is replaced.
    public static UnixSocket listen(Path path) throws IOException {
        Files.deleteIfExists(path);
        UnixSocket socket = open();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(arena, path);
            Errno.check(
                    "bind " + path,
                    call(BIND, socket.fd, address.address(), (int) address.byteSize()));
            MemorySegment state = Native.capture();
            int result = (int) LISTEN.invokeExact(state, socket.fd, 16);
            Errno.check("listen " + path, Native.result(result, state));
            return socket;
        } catch (Throwable t) {
            socket.close();
            throw failure(t);
        }
    }

    /// Connects to a listener at a path.
    ///
    /// @throws ErrnoException ENOENT or ECONNREFUSED when nobody listens
    public static UnixSocket connect(Path path) throws ErrnoException {
        UnixSocket socket = open();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(arena, path);
            Errno.check(
                    "connect " + path,
                    call(CONNECT, socket.fd, address.address(), (int) address.byteSize()));
            return socket;
        } catch (Throwable t) {
            socket.close();
            throw failure(t);
        }
    }

    /// Accepts one connection, null when none waits.
    public @Nullable UnixSocket accept() throws ErrnoException {
        MemorySegment state = Native.capture();
        int result;
        try {
            int value = (int) ACCEPT4.invokeExact(state, fd, 0L, 0L, NONBLOCK_CLOEXEC);
            result = Native.result(value, state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
        if (result == -Errno.EAGAIN || result == -Errno.ECONNABORTED || result == -Errno.EINTR) {
            return null;
        }
        return new UnixSocket(Errno.check("accept", result));
    }

    /// Sends one message with copies of descriptors; the sender's stay open.
    ///
    /// @return false when the kernel's buffer is full: try again when writable
    public boolean send(byte[] bytes, List<Integer> descriptors) throws ErrnoException {
        if (bytes.length == 0 || bytes.length > MESSAGE_MAX) {
            throw new IllegalArgumentException("message of " + bytes.length + " bytes");
        }
        if (descriptors.size() > DESCRIPTORS_MAX) {
            throw new IllegalArgumentException(descriptors.size() + " descriptors in one message");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(bytes.length);
            MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
            MemorySegment header = header(arena, data);
            if (!descriptors.isEmpty()) {
                MemorySegment control = arena.allocate(CONTROL, 8);
                long length = CMSGHDR + 4L * descriptors.size();
                control.set(ValueLayout.JAVA_LONG, 0, length);
                control.set(ValueLayout.JAVA_INT, 8, SOL_SOCKET);
                control.set(ValueLayout.JAVA_INT, 12, SCM_RIGHTS);
                for (int i = 0; i < descriptors.size(); i++) {
                    control.set(ValueLayout.JAVA_INT, CMSGHDR + 4L * i, descriptors.get(i));
                }
                header.set(ValueLayout.JAVA_LONG, 32, control.address());
                header.set(ValueLayout.JAVA_LONG, 40, (length + 7) & ~7L);
            }
            MemorySegment state = Native.capture();
            long n = (long) SENDMSG.invokeExact(state, fd, header.address(), MSG_NOSIGNAL);
            n = Native.result(n, state);
            if (n == -Errno.EAGAIN) {
                return false;
            }
            Errno.check("send to the Unix socket", n);
            return true;
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// Receives one message, null when none waits.
    public @Nullable Message receive() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(MESSAGE_MAX);
            MemorySegment header = header(arena, data);
            MemorySegment control = arena.allocate(CONTROL, 8);
            header.set(ValueLayout.JAVA_LONG, 32, control.address());
            header.set(ValueLayout.JAVA_LONG, 40, CONTROL);
            MemorySegment state = Native.capture();
            long value = (long) RECVMSG.invokeExact(state, fd, header.address(), MSG_CMSG_CLOEXEC);
            long n = Native.result(value, state);
            if (n == -Errno.EAGAIN || n == -Errno.EINTR) {
                return null;
            }
            if (n == -Errno.ECONNRESET) {
                n = 0;
            }
            Errno.check("receive from the Unix socket", n);
            List<Integer> descriptors = descriptors(control, header.get(ValueLayout.JAVA_LONG, 40));
            int flags = header.get(ValueLayout.JAVA_INT, 48);
            if ((flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
                descriptors.forEach(ProcessCalls::close);
                throw new ErrnoException("receive from the Unix socket", Errno.EMSGSIZE);
            }
            return new Message(
                    data.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), List.copyOf(descriptors));
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    private static List<Integer> descriptors(MemorySegment control, long length) {
        List<Integer> found = new ArrayList<>();
        if (length < CMSGHDR || control.get(ValueLayout.JAVA_INT, 12) != SCM_RIGHTS) {
            return found;
        }
        long end = Math.min(length, control.get(ValueLayout.JAVA_LONG, 0));
        for (long at = CMSGHDR; at + 4 <= end; at += 4) {
            found.add(control.get(ValueLayout.JAVA_INT, at));
        }
        return found;
    }

    /// Gives the process at the other end, as the kernel knows it (SO_PEERCRED at connect).
    public int peerPid() throws ErrnoException {
        MemorySegment state = Native.capture();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cell = arena.allocate(16, 4); // struct ucred {pid, uid, gid}, socklen_t
            cell.set(ValueLayout.JAVA_INT, 12, 12);
            long at = cell.address();
            int value =
                    (int) GETSOCKOPT.invokeExact(state, fd, SOL_SOCKET, SO_PEERCRED, at, at + 12);
            Errno.check("SO_PEERCRED", Native.result(value, state));
            return cell.get(ValueLayout.JAVA_INT, 0);
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    /// Waits until a message, a connection or the end is there.
    ///
    /// @return false when `timeoutMs` passed
    public boolean await(int timeoutMs) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(8, 4);
            set.set(ValueLayout.JAVA_INT, 0, fd);
            set.set(ValueLayout.JAVA_SHORT, 4, (short) 1);
            int ready = ProcessCalls.poll(set.address(), 1, timeoutMs);
            if (ready == -Errno.EINTR) {
                return false;
            }
            return Errno.check("poll", ready) > 0;
        }
    }

    /// Gives the descriptor; the socket keeps owning it.
    public int fd() {
        return fd;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            ProcessCalls.close(fd);
        }
    }

    private static UnixSocket open() throws ErrnoException {
        MemorySegment state = Native.capture();
        try {
            int value = (int) SOCKET.invokeExact(state, AF_UNIX, SEQPACKET | NONBLOCK_CLOEXEC, 0);
            return new UnixSocket(Errno.check("socket", Native.result(value, state)));
        } catch (Throwable t) {
            throw failure(t);
        }
    }

    private static int call(MethodHandle handle, int fd, long address, int length) {
        MemorySegment state = Native.capture();
        try {
            return Native.result((int) handle.invokeExact(state, fd, address, length), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    private static MemorySegment address(Arena arena, Path path) throws ErrnoException {
        byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > PATH_MAX) {
            throw new ErrnoException("Unix socket path " + path, Errno.ENAMETOOLONG);
        }
        MemorySegment address = arena.allocate(2 + bytes.length + 1L, 2);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, 2, bytes.length);
        return address;
    }

    private static MemorySegment header(Arena arena, MemorySegment data) {
        MemorySegment vector = arena.allocate(16, 8);
        vector.set(ValueLayout.JAVA_LONG, 0, data.address());
        vector.set(ValueLayout.JAVA_LONG, 8, data.byteSize());
        MemorySegment header = arena.allocate(MSGHDR, 8);
        header.set(ValueLayout.JAVA_LONG, 16, vector.address());
        header.set(ValueLayout.JAVA_LONG, 24, 1);
        return header;
    }

    private static ErrnoException failure(Throwable t) {
        if (t instanceof ErrnoException e) {
            return e;
        }
        throw Native.wrong(t);
    }
}
