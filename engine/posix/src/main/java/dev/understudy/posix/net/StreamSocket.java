package dev.understudy.posix.net;

import static dev.understudy.posix.Native.LONG;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A non-blocking TCP socket over IPv4 or IPv6.
///
/// Reads and writes move direct buffers and allocate nothing. Used by one thread at a time; [#fd]
/// is for [EventLoop#register]. An IPv6 listener takes IPv6 only (IPV6_V6ONLY), so that both
/// families can listen on one port.
public final class StreamSocket implements AutoCloseable {
    /// Answer of [#read] at the end of the stream.
    public static final int END = -1;

    private static final int SO_REUSEADDR = 2; // asm-generic/socket.h
    private static final int SO_ERROR = 4;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_KEEPALIVE = 9;
    private static final int SO_LINGER = 13;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1; // linux/tcp.h
    private static final int TCP_KEEPIDLE = 4;
    private static final int TCP_KEEPINTVL = 5;
    private static final int TCP_KEEPCNT = 6;
    private static final int TCP_QUICKACK = 12;
    private static final int TCP_USER_TIMEOUT = 18;
    private static final int IPPROTO_IP = 0;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IP_FREEBIND = 15; // linux/in.h
    private static final int IPV6_FREEBIND = 78; // linux/in6.h
    private static final int IPV6_V6ONLY = 26;
    private static final int SHUT_WR = 1;

    // struct msghdr (56 bytes) with msg_iov at 16 and msg_iovlen at 24, then two struct iovec
    private static final int MESSAGE_BYTES = 56;

    private final int fd;
    private final MemorySegment message = Arena.ofAuto().allocate(MESSAGE_BYTES + 32, 8);
    private boolean isClosed;

    private StreamSocket(int fd) {
        this.fd = fd;
        message.set(LONG, 16, message.address() + MESSAGE_BYTES);
    }

    /// Begins a connection; it stands when the socket is writable and [#finishConnect] says so.
    ///
    /// @param local address to come from (port 0 = any), null = the kernel's choice
    public static StreamSocket connect(InetSocketAddress remote, @Nullable InetSocketAddress local)
            throws ErrnoException {
        StreamSocket socket = open(remote.getAddress());
        try (Arena arena = Arena.ofConfined()) {
            if (local != null) {
                socket.bind(local);
            }
            MemorySegment address = arena.allocate(SocketAddresses.BYTES_MAX, 4);
            int length = SocketAddresses.write(remote, address);
            int result = Sockets.connect(socket.fd, address.address(), length);
            if (result < 0 && result != -Errno.EINPROGRESS) {
                throw Errno.failed("connect to " + remote, result);
            }
            return socket;
        } catch (Throwable t) {
            socket.close();
            throw t;
        }
    }

    /// Listens with SO_REUSEADDR, also on an address that this machine has only later: at boot the
    /// network may not be up yet.
    ///
    /// @param local address and port; port 0 = any free one, see [#localAddress]
    public static StreamSocket listen(InetSocketAddress local, int backlog) throws ErrnoException {
        StreamSocket socket = open(local.getAddress());
        try {
            socket.option(Sockets.SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
            if (SocketAddresses.family(local.getAddress()) == SocketAddresses.AF_INET6) {
                socket.option(IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY");
            }
            boolean isV6 = SocketAddresses.family(local.getAddress()) == SocketAddresses.AF_INET6;
            if (isV6) {
                socket.option(IPPROTO_IPV6, IPV6_FREEBIND, 1, "IPV6_FREEBIND");
            } else {
                socket.option(IPPROTO_IP, IP_FREEBIND, 1, "IP_FREEBIND");
            }
            socket.bind(local);
            Errno.check("listen on " + local, Sockets.listen(socket.fd, backlog));
            return socket;
        } catch (Throwable t) {
            socket.close();
            throw t;
        }
    }

    /// Accepts one connection, null when none waits.
    public @Nullable StreamSocket accept() throws ErrnoException {
        int accepted = Sockets.accept(fd);
        if (accepted >= 0) {
            return new StreamSocket(accepted);
        }
        // accept(2): errors of the new connection are passed on here and mean "try again".
        return switch (-accepted) {
            case Errno.EAGAIN,
                    Errno.EINTR,
                    Errno.ECONNABORTED,
                    Errno.ENETDOWN,
                    Errno.EPROTO,
                    Errno.EHOSTDOWN,
                    Errno.EHOSTUNREACH,
                    Errno.ENETUNREACH ->
                    null;
            default -> throw Errno.failed("accept", accepted);
        };
    }

    /// Asks how the connection ended up, after the socket became writable.
    ///
    /// @return 0 when it stands, else the positive errno (ECONNREFUSED, ETIMEDOUT, …)
    public int finishConnect() throws ErrnoException {
        return Sockets.option(fd, Sockets.SOL_SOCKET, SO_ERROR, "SO_ERROR");
    }

    /// Reads into the buffer and advances its position.
    ///
    /// @return bytes read, 0 when nothing waits now (or the buffer is full), [#END] at the end
    public int read(ByteBuffer into) throws ErrnoException {
        int room = into.remaining();
        if (room == 0) {
            return 0;
        }
        int n = read(Fd.address(into), room);
        if (n > 0) {
            into.position(into.position() + n);
        }
        return n;
    }

    /// Reads to a raw address; the caller keeps the memory alive.
    ///
    /// @return as [#read(ByteBuffer)]; `length` is above 0
    public int read(long address, int length) throws ErrnoException {
        long n = Fd.read(fd, address, length);
        if (n > 0) {
            return (int) n;
        }
        if (n == 0) {
            return END;
        }
        if (n == -Errno.EAGAIN) {
            return 0;
        }
        throw Errno.failed("read from the peer", n);
    }

    /// Writes from the buffer and advances its position.
    ///
    /// @return bytes taken by the kernel, 0 when its buffer is full
    public int write(ByteBuffer from) throws ErrnoException {
        int n = write(Fd.address(from), from.remaining());
        from.position(from.position() + n);
        return n;
    }

    /// Writes from a raw address; the caller keeps the memory alive.
    public int write(long address, int length) throws ErrnoException {
        return send(address, length, 0, 0);
    }

    /// Writes two buffers in one call, the first one first, and advances their positions.
    ///
    /// @return bytes taken by the kernel from both together, 0 when its buffer is full
    public int write(ByteBuffer first, ByteBuffer second) throws ErrnoException {
        int n = write(Fd.address(first), first.remaining(), Fd.address(second), second.remaining());
        int fromFirst = Math.min(n, first.remaining());
        first.position(first.position() + fromFirst);
        second.position(second.position() + n - fromFirst);
        return n;
    }

    /// Writes two memory ranges in one call; the caller keeps the memory alive.
    public int write(long first, int firstBytes, long second, int secondBytes)
            throws ErrnoException {
        return send(first, firstBytes, second, secondBytes);
    }

    private int send(long first, int firstBytes, long second, int secondBytes)
            throws ErrnoException {
        message.set(LONG, MESSAGE_BYTES, first);
        message.set(LONG, MESSAGE_BYTES + 8, firstBytes);
        message.set(LONG, MESSAGE_BYTES + 16, second);
        message.set(LONG, MESSAGE_BYTES + 24, secondBytes);
        message.set(LONG, 24, secondBytes == 0 ? 1 : 2);
        // sendmsg and not writev: a closed peer must not raise SIGPIPE
        long n = Sockets.sendMessage(fd, message.address());
        if (n >= 0) {
            return (int) n;
        }
        if (n == -Errno.EAGAIN) {
            return 0;
        }
        throw Errno.failed("write to the peer", n);
    }

    /// Sends each write at once (TCP_NODELAY).
    public StreamSocket noDelay() throws ErrnoException {
        option(IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
        return this;
    }

    /// Acknowledges received data at once; not lasting, so repeat it after reads (tcp(7)).
    public void quickAck() throws ErrnoException {
        option(IPPROTO_TCP, TCP_QUICKACK, 1, "TCP_QUICKACK");
    }

    /// Probes a silent peer: first after `idleSeconds`, then each `intervalSeconds`, `count` times.
    public StreamSocket keepAlive(int idleSeconds, int intervalSeconds, int count)
            throws ErrnoException {
        option(Sockets.SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE");
        option(IPPROTO_TCP, TCP_KEEPIDLE, idleSeconds, "TCP_KEEPIDLE");
        option(IPPROTO_TCP, TCP_KEEPINTVL, intervalSeconds, "TCP_KEEPINTVL");
        option(IPPROTO_TCP, TCP_KEEPCNT, count, "TCP_KEEPCNT");
        return this;
    }

    /// Breaks the connection when written data stay unacknowledged this long (TCP_USER_TIMEOUT).
    public StreamSocket userTimeoutMs(int timeoutMs) throws ErrnoException {
        option(IPPROTO_TCP, TCP_USER_TIMEOUT, timeoutMs, "TCP_USER_TIMEOUT");
        return this;
    }

    /// Fixes the kernel's buffers, in bytes (which ends their automatic growth); 0 leaves one
    /// alone.
    public StreamSocket bufferBytes(int send, int receive) throws ErrnoException {
        if (send > 0) {
            option(Sockets.SOL_SOCKET, SO_SNDBUF, send, "SO_SNDBUF");
        }
        if (receive > 0) {
            option(Sockets.SOL_SOCKET, SO_RCVBUF, receive, "SO_RCVBUF");
        }
        return this;
    }

    /// Makes [#close] reset the connection and drop unsent data.
    public StreamSocket resetOnClose() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment linger = arena.allocate(8, 4); // struct linger {onoff, linger}
            linger.set(ValueLayout.JAVA_INT, 0, 1);
            long at = linger.address();
            int result = Sockets.setOption(fd, Sockets.SOL_SOCKET, SO_LINGER, at, 8);
            Errno.check("SO_LINGER", result);
        }
        return this;
    }

    /// Tells the peer that nothing more will be written.
    public void shutdownOutput() throws ErrnoException {
        Errno.check("shutdown", Sockets.shutdown(fd, SHUT_WR));
    }

    /// Waits off the loop until a read would not come back empty.
    ///
    /// @return false when `timeoutNs` passed
    public boolean awaitReadable(long timeoutNs) throws ErrnoException {
        return Fd.await(fd, Fd.POLLIN, timeoutNs);
    }

    /// Waits off the loop until a write would be taken or a connection attempt ended.
    public boolean awaitWritable(long timeoutNs) throws ErrnoException {
        return Fd.await(fd, Fd.POLLOUT, timeoutNs);
    }

    /// Gives the own end.
    public InetSocketAddress localAddress() throws ErrnoException {
        return Sockets.localAddress(fd);
    }

    /// Gives the peer's end; ENOTCONN when there is none.
    public InetSocketAddress remoteAddress() throws ErrnoException {
        return Sockets.remoteAddress(fd);
    }

    /// Gives the descriptor; the socket keeps owning it.
    public int fd() {
        return fd;
    }

    /// Closes the descriptor, once; unregister it from its loop before.
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            Fd.close(fd);
        }
    }

    private static StreamSocket open(InetAddress address) throws ErrnoException {
        return new StreamSocket(Sockets.open(SocketAddresses.family(address), Sockets.STREAM, 0));
    }

    private void bind(InetSocketAddress local) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SocketAddresses.BYTES_MAX, 4);
            int length = SocketAddresses.write(local, address);
            Errno.check("bind to " + local, Sockets.bind(fd, address.address(), length));
        }
    }

    private void option(int level, int option, int value, String name) throws ErrnoException {
        Sockets.setOption(fd, level, option, value, name);
    }
}
