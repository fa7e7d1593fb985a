package dev.understudy.posix.net;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ThreadLocalRandom;

/// Asks one host for echoes (ping), IPv4 or IPv6.
///
/// Raw, because the unprivileged form is switched off on many systems, root included
/// (net.ipv4.ping_group_range). Non-blocking; belongs to one thread.
///
/// @see "icmp(7), RFC 792, RFC 4443"
public final class EchoSocket implements AutoCloseable {
    private static final int IPPROTO_ICMP = 1;
    private static final int IPPROTO_ICMPV6 = 58;
    private static final int SOL_RAW = 255;
    private static final int FILTER = 1; // ICMP_FILTER, ICMPV6_FILTER
    private static final int REQUEST_4 = 8;
    private static final int REPLY_4 = 0;
    private static final int REQUEST_6 = 128;
    private static final int REPLY_6 = 129;
    private static final int PACKET = 256;

    private final int fd;
    private final boolean isFour;
    private final int id = ThreadLocalRandom.current().nextInt(1, 0xffff);
    private final Arena arena = Arena.ofShared();
    private final MemorySegment packet = arena.allocate(PACKET, 8);
    private int sequence;
    private boolean isClosed;

    /// Opens the socket towards one host, in the calling thread's network namespace.
    public EchoSocket(InetAddress host) throws ErrnoException {
        isFour = host instanceof Inet4Address;
        fd =
                Sockets.open(
                        SocketAddresses.family(host),
                        Sockets.RAW,
                        isFour ? IPPROTO_ICMP : IPPROTO_ICMPV6);
        try {
            filter();
            int length = SocketAddresses.write(new InetSocketAddress(host, 0), packet);
            int result = Sockets.connect(fd, packet.address(), length);
            Errno.check("connect raw socket to " + host.getHostAddress(), result);
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    /// Lets only echo replies in. A set bit blocks a type.
    private void filter() throws ErrnoException {
        packet.fill((byte) 0xff);
        if (isFour) {
            packet.set(ValueLayout.JAVA_INT, 0, ~(1 << REPLY_4));
            int result = Sockets.setOption(fd, SOL_RAW, FILTER, packet.address(), 4);
            Errno.check("ICMP_FILTER", result);
        } else {
            packet.set(ValueLayout.JAVA_INT, REPLY_6 / 32 * 4L, ~(1 << REPLY_6 % 32));
            int result = Sockets.setOption(fd, IPPROTO_ICMPV6, FILTER, packet.address(), 32);
            Errno.check("ICMPV6_FILTER", result);
        }
    }

    /// Sends one request.
    ///
    /// @return false when the host cannot be reached at present (no route, interface down)
    public boolean ask() throws ErrnoException {
        sequence = (sequence + 1) & 0xffff;
        packet.asSlice(0, 16).fill((byte) 0);
        packet.set(ValueLayout.JAVA_BYTE, 0, (byte) (isFour ? REQUEST_4 : REQUEST_6));
        putShort(4, id);
        putShort(6, sequence);
        if (isFour) { // for IPv6 the kernel computes it, with its pseudo header
            long sum = (long) (REQUEST_4 << 8) + id + sequence;
            sum = (sum & 0xffff) + (sum >>> 16);
            sum = (sum & 0xffff) + (sum >>> 16);
            putShort(2, (int) ~sum & 0xffff);
        }
        long n = Sockets.sendTo(fd, packet.address(), 16, 0, 0);
        return switch ((int) -n) {
            case Errno.ENETUNREACH,
                    Errno.EHOSTUNREACH,
                    Errno.EHOSTDOWN,
                    Errno.ENETDOWN,
                    Errno.EADDRNOTAVAIL,
                    Errno.ENOBUFS,
                    Errno.EPERM,
                    Errno.EAGAIN ->
                    false;
            default -> {
                Errno.check("send echo request", n);
                yield true;
            }
        };
    }

    /// Takes what was received.
    ///
    /// @return true when an answer to one of our requests was among it
    public boolean takeAnswers() throws ErrnoException {
        boolean answered = false;
        while (true) {
            long n = Sockets.receiveFrom(fd, packet.address(), PACKET, 0, 0);
            if (n == -Errno.EAGAIN) {
                return answered;
            }
            if (n == -Errno.EHOSTUNREACH || n == -Errno.ENETUNREACH || n == -Errno.ECONNREFUSED) {
                continue; // an ICMP error about an earlier request
            }
            Errno.check("receive echo reply", n);
            // raw IPv4 sockets deliver the IP header too
            long at = isFour ? (packet.get(ValueLayout.JAVA_BYTE, 0) & 0xf) * 4L : 0;
            if (n >= at + 8 && getShort(at + 4) == id) {
                answered = true;
            }
        }
    }

    /// Gives the descriptor for an event loop: readable = an answer may be there.
    public int fd() {
        return fd;
    }

    /// Waits off the loop for something to come in.
    public boolean await(long timeoutNs) throws ErrnoException {
        return Fd.await(fd, Fd.POLLIN, timeoutNs);
    }

    private void putShort(long at, int value) {
        packet.set(ValueLayout.JAVA_BYTE, at, (byte) (value >>> 8));
        packet.set(ValueLayout.JAVA_BYTE, at + 1, (byte) value);
    }

    private int getShort(long at) {
        int high = packet.get(ValueLayout.JAVA_BYTE, at) & 0xff;
        return (high << 8) | (packet.get(ValueLayout.JAVA_BYTE, at + 1) & 0xff);
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            Fd.close(fd);
            arena.close();
        }
    }
}
