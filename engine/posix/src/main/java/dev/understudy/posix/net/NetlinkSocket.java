package dev.understudy.posix.net;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// One netlink socket: a request goes out, its answers or its acknowledgement come back.
///
/// Belongs to the network namespace of the thread that opened it. Calls are made by one thread at a
/// time and take as long as the kernel works on the request, which is microseconds to a few ms.
///
/// @see "netlink(7), linux/netlink.h"
final class NetlinkSocket implements AutoCloseable {
    static final int ROUTE = 0; // NETLINK_ROUTE
    static final int NETFILTER = 12; // NETLINK_NETFILTER

    private static final int AF_NETLINK = 16;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int RECEIVE_BYTES = 64 * 1024;
    private static final long PATIENCE_NS = 5_000_000_000L;

    /// Takes one message of a dump: its body without the netlink header, host byte order.
    interface Reader {
        void message(int type, ByteBuffer body);
    }

    private final int fd;
    private final ByteBuffer in = Native.allocate(RECEIVE_BYTES, 8);
    private int sequence = (int) System.nanoTime() & 0xffffff;
    private boolean isClosed;

    NetlinkSocket(int protocol) throws ErrnoException {
        fd = Sockets.open(AF_NETLINK, Sockets.RAW, protocol);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(12, 4); // struct sockaddr_nl
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
            Errno.check("bind netlink", Sockets.bind(fd, address.address(), 12));
            MemorySegment one = arena.allocate(4, 4);
            one.set(ValueLayout.JAVA_INT, 0, 1);
            // Words for errors; a kernel before 4.12 has none and that is all it costs.
            int unused = Sockets.setOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, one.address(), 4);
            assert unused <= 0;
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    int nextSequence() {
        return ++sequence;
    }

    /// Sends a request or batch and waits for the acknowledgement of its message `last`.
    ///
    /// @param first number of the batch's first message: an error of any from there on counts
    /// @return 0, or the negated errno of the first error
    int transact(NetlinkMessage request, int first, int last) throws ErrnoException {
        send(request);
        while (true) {
            receive();
            while (in.remaining() >= NetlinkMessage.headerBytes()) {
                int start = in.position();
                int length = in.getInt(start);
                int type = in.getShort(start + 4);
                int number = in.getInt(start + 8);
                if (type == NLMSG_ERROR && number - first >= 0 && number - last <= 0) {
                    int errno = in.getInt(start + 16);
                    if (errno != 0 || number == last) {
                        return errno;
                    }
                }
                skip(start, length);
            }
        }
    }

    /// Sends a dump request and hands each answer to the reader.
    ///
    /// @return 0, or the negated errno
    int dump(NetlinkMessage request, Reader reader) throws ErrnoException {
        int wanted = request.sequence();
        send(request);
        while (true) {
            receive();
            while (in.remaining() >= NetlinkMessage.headerBytes()) {
                int start = in.position();
                int length = in.getInt(start);
                int type = in.getShort(start + 4);
                if (in.getInt(start + 8) == wanted) {
                    if (type == NLMSG_DONE) {
                        return 0;
                    }
                    if (type == NLMSG_ERROR) {
                        return in.getInt(start + 16);
                    }
                    int body = NetlinkMessage.headerBytes();
                    ByteBuffer slice = in.slice(start + body, length - body);
                    reader.message(type, slice.order(ByteOrder.nativeOrder()));
                }
                skip(start, length);
            }
        }
    }

    /// Sends a request and hands its one answer to the reader.
    ///
    /// @return 0, or the negated errno
    int ask(NetlinkMessage request, Reader reader) throws ErrnoException {
        int wanted = request.sequence();
        send(request);
        while (true) {
            receive();
            while (in.remaining() >= NetlinkMessage.headerBytes()) {
                int start = in.position();
                int length = in.getInt(start);
                if (in.getInt(start + 8) == wanted) {
                    if (in.getShort(start + 4) == NLMSG_ERROR) {
                        return in.getInt(start + 16);
                    }
                    int body = NetlinkMessage.headerBytes();
                    ByteBuffer slice = in.slice(start + body, length - body);
                    reader.message(in.getShort(start + 4), slice.order(ByteOrder.nativeOrder()));
                    return 0;
                }
                skip(start, length);
            }
        }
    }

    private void send(NetlinkMessage request) throws ErrnoException {
        long n = Sockets.sendTo(fd, request.address(), request.length(), 0, 0);
        Errno.check("send to netlink", n);
    }

    private void receive() throws ErrnoException {
        while (true) {
            long n = Sockets.receiveFrom(fd, Native.address(in), RECEIVE_BYTES, 0, 0);
            if (n >= 0) {
                in.clear().limit((int) n);
                return;
            }
            if (n != -Errno.EAGAIN) {
                throw Errno.failed("receive from netlink", n);
            }
            if (!Fd.await(fd, Fd.POLLIN, PATIENCE_NS)) {
                throw new ErrnoException("receive from netlink", Errno.ETIMEDOUT);
            }
        }
    }

    private void skip(int start, int length) throws ErrnoException {
        int aligned = (length + 3) & ~3;
        if (length < NetlinkMessage.headerBytes() || length > in.limit() - start) {
            throw new ErrnoException("netlink message of " + length + " bytes", Errno.EPROTO);
        }
        in.position(Math.min(in.limit(), start + aligned));
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            Fd.close(fd);
        }
    }
}
