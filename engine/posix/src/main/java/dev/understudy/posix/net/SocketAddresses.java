package dev.understudy.posix.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;

/// Writes and reads `struct sockaddr_in` and `struct sockaddr_in6`.
///
/// @see "linux/in.h, linux/in6.h"
final class SocketAddresses {
    static final short AF_INET = 2; // bits/socket.h
    static final short AF_INET6 = 10;

    /// Room for either kind.
    static final int BYTES_MAX = 28;

    private static final int INET_BYTES = 16;
    private static final int INET6_BYTES = 28;
    private static final ValueLayout.OfShort NETWORK_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private SocketAddresses() {}

    static short family(InetAddress address) {
        return address instanceof Inet4Address ? AF_INET : AF_INET6;
    }

    /// Writes an address; `into` has [#BYTES_MAX] bytes.
    ///
    /// @return bytes written, the length for bind(2) and connect(2)
    static int write(InetSocketAddress address, MemorySegment into) {
        InetAddress host = address.getAddress();
        if (host == null) {
            throw new IllegalArgumentException("unresolved address " + address);
        }
        into.fill((byte) 0);
        into.set(ValueLayout.JAVA_SHORT, 0, family(host));
        into.set(NETWORK_SHORT, 2, (short) address.getPort());
        byte[] bytes = host.getAddress();
        if (host instanceof Inet6Address six) {
            MemorySegment.copy(bytes, 0, into, ValueLayout.JAVA_BYTE, 8, 16);
            into.set(ValueLayout.JAVA_INT, 24, six.getScopeId());
            return INET6_BYTES;
        }
        MemorySegment.copy(bytes, 0, into, ValueLayout.JAVA_BYTE, 4, 4);
        return INET_BYTES;
    }

    static InetSocketAddress read(MemorySegment from) {
        int port = from.get(NETWORK_SHORT, 2) & 0xffff;
        try {
            if (from.get(ValueLayout.JAVA_SHORT, 0) == AF_INET) {
                byte[] bytes = from.asSlice(4, 4).toArray(ValueLayout.JAVA_BYTE);
                return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
            }
            byte[] bytes = from.asSlice(8, 16).toArray(ValueLayout.JAVA_BYTE);
            int scope = from.get(ValueLayout.JAVA_INT, 24);
            InetAddress host =
                    scope == 0
                            ? InetAddress.getByAddress(bytes)
                            : Inet6Address.getByAddress(null, bytes, scope);
            return new InetSocketAddress(host, port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes always make an address", e);
        }
    }
}
