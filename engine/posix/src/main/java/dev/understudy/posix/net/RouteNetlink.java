package dev.understudy.posix.net;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Interfaces, addresses and default routes by rtnetlink.
///
/// Thread-safe. Sees the network namespace of the thread that opened it.
///
/// @see "rtnetlink(7), linux/rtnetlink.h, linux/if_addr.h, linux/if_link.h"
public final class RouteNetlink implements AutoCloseable {
    /// One network interface.
    ///
    /// @param mac six bytes for Ethernet, empty for loopback and tunnels
    /// @param isUp the administrator wants it up
    /// @param hasCarrier the cable (or the other end of a veth) is there
    public record Link(
            int index,
            String name,
            byte[] mac,
            boolean isUp,
            boolean hasCarrier,
            boolean isLoopback) {
        /// Writes the hardware address as people do: `02:42:0a:00:00:01`.
        public String macText() {
            return HexFormat.ofDelimiter(":").formatHex(mac);
        }
    }

    /// One address of an interface.
    ///
    /// @param validSeconds left until the kernel removes it, [#FOREVER] = never
    public record Address(int index, InetAddress address, int prefix, int validSeconds) {
        /// Tells whether another address lies in this address's subnet.
        public boolean covers(InetAddress other) {
            return RouteNetlink.isInSubnet(address, prefix, other);
        }
    }

    /// One default route.
    ///
    /// @param metric the smaller one is used
    public record Gateway(int index, InetAddress address, int metric) {}

    /// Lifetime of an address that does not end.
    public static final int FOREVER = -1;

    private static final int AF_UNSPEC = 0;
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_GETROUTE = 26;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_CACHEINFO = 6;
    private static final int IFA_FLAGS = 8;
    private static final int IFA_F_NODAD = 0x02;
    private static final int IFA_F_NOPREFIXROUTE = 0x200;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_TABLE = 15;
    private static final int RT_TABLE_MAIN = 254;
    private static final int IFF_UP = 0x1;
    private static final int IFF_LOOPBACK = 0x8;
    private static final int IFF_LOWER_UP = 0x10000;

    private final NetlinkSocket socket;
    private final NetlinkMessage message = new NetlinkMessage(512);

    /// Opens the socket in the calling thread's network namespace.
    public RouteNetlink() throws ErrnoException {
        socket = new NetlinkSocket(NetlinkSocket.ROUTE);
    }

    /// Lists the interfaces.
    public synchronized List<Link> links() throws ErrnoException {
        List<Link> links = new ArrayList<>();
        dump(
                RTM_GETLINK,
                (type, body) -> {
                    if (type == RTM_NEWLINK) {
                        links.add(link(body));
                    }
                });
        return links;
    }

    /// Lists the addresses of all interfaces, both families.
    public synchronized List<Address> addresses() throws ErrnoException {
        List<Address> addresses = new ArrayList<>();
        dump(
                RTM_GETADDR,
                (type, body) -> {
                    Address address = type == RTM_NEWADDR ? address(body) : null;
                    if (address != null) {
                        addresses.add(address);
                    }
                });
        return addresses;
    }

    /// Lists the default routes of the main table, best first within each family.
    public synchronized List<Gateway> gateways() throws ErrnoException {
        List<Gateway> gateways = new ArrayList<>();
        dump(
                RTM_GETROUTE,
                (type, body) -> {
                    Gateway gateway = type == RTM_NEWROUTE ? gateway(body) : null;
                    if (gateway != null) {
                        gateways.add(gateway);
                    }
                });
        gateways.sort((a, b) -> Integer.compareUnsigned(a.metric, b.metric));
        return gateways;
    }

    /// Adds an address, or renews the lifetime of one that is there.
    ///
    /// IPv6: without duplicate detection (it would cost a second; conflicts are looked for
    /// elsewhere) and deprecated, so that no outgoing connection takes it as its source.
    ///
    /// @param prefix length in bits
    /// @param validSeconds until the kernel removes it by itself; whole seconds are all it knows
    /// @param isPrefixRouteWanted false leaves the route to the subnet to others
    public synchronized void addAddress(
            int index,
            InetAddress address,
            int prefix,
            int validSeconds,
            boolean isPrefixRouteWanted)
            throws ErrnoException {
        boolean isSix = !(address instanceof Inet4Address);
        int flags = (isPrefixRouteWanted ? 0 : IFA_F_NOPREFIXROUTE) | (isSix ? IFA_F_NODAD : 0);
        int number = socket.nextSequence();
        message.clear()
                .begin(
                        RTM_NEWADDR,
                        NetlinkMessage.REQUEST
                                | NetlinkMessage.ACK
                                | NetlinkMessage.CREATE
                                | NetlinkMessage.REPLACE,
                        number);
        addressBody(index, address, prefix, flags);
        // struct ifa_cacheinfo {u32 prefered, valid, cstamp, tstamp}
        ByteBuffer life = ByteBuffer.allocate(16).order(java.nio.ByteOrder.nativeOrder());
        life.putInt(isSix ? 0 : validSeconds).putInt(validSeconds);
        message.attribute(IFA_CACHEINFO, life.array());
        message.attributeU32(IFA_FLAGS, flags).end();
        Errno.check(
                "add address " + address.getHostAddress(),
                socket.transact(message, number, number));
    }

    /// Removes an address.
    ///
    /// @return false when it was not there
    public synchronized boolean removeAddress(int index, InetAddress address, int prefix)
            throws ErrnoException {
        int number = socket.nextSequence();
        message.clear().begin(RTM_DELADDR, NetlinkMessage.REQUEST | NetlinkMessage.ACK, number);
        addressBody(index, address, prefix, 0);
        message.end();
        int result = socket.transact(message, number, number);
        if (result == -Errno.EADDRNOTAVAIL || result == -Errno.ENODEV) {
            return false;
        }
        Errno.check("remove address " + address.getHostAddress(), result);
        return true;
    }

    private void addressBody(int index, InetAddress address, int prefix, int flags) {
        // struct ifaddrmsg {u8 family, prefixlen, flags, scope; u32 index}
        message.u8(SocketAddresses.family(address))
                .u8(prefix)
                .u8(flags & 0xff)
                .u8(0)
                .u32(index)
                .attribute(IFA_LOCAL, address.getAddress())
                .attribute(IFA_ADDRESS, address.getAddress());
    }

    private void dump(int type, NetlinkSocket.Reader reader) throws ErrnoException {
        int flags = NetlinkMessage.REQUEST | NetlinkMessage.DUMP;
        message.clear().begin(type, flags, socket.nextSequence());
        // The longest of the three fixed parts; the kernel takes it for all of them (16 bytes).
        message.u8(AF_UNSPEC).u8(0).u8(0).u8(0).u32(0).u32(0).u32(0).end();
        Errno.check("dump " + type, socket.dump(message, reader));
    }

    private static Link link(ByteBuffer body) {
        // struct ifinfomsg {u8 family, pad; u16 type; s32 index; u32 flags, change}
        int index = body.getInt(4);
        int flags = body.getInt(8);
        byte[] mac = Attributes.bytes(body, 16, IFLA_ADDRESS);
        byte[] name = Attributes.bytes(body, 16, IFLA_IFNAME);
        return new Link(
                index,
                name == null ? "" : Attributes.text(name),
                mac == null || (flags & IFF_LOOPBACK) != 0 ? new byte[0] : mac,
                (flags & IFF_UP) != 0,
                (flags & IFF_LOWER_UP) != 0,
                (flags & IFF_LOOPBACK) != 0);
    }

    private static @Nullable Address address(ByteBuffer body) {
        byte[] local = Attributes.bytes(body, 8, IFA_LOCAL);
        byte[] address = local != null ? local : Attributes.bytes(body, 8, IFA_ADDRESS);
        if (address == null) {
            return null;
        }
        byte[] life = Attributes.bytes(body, 8, IFA_CACHEINFO);
        int valid =
                life == null
                        ? FOREVER
                        : ByteBuffer.wrap(life).order(java.nio.ByteOrder.nativeOrder()).getInt(4);
        return new Address(body.getInt(4), inet(address), body.get(1) & 0xff, valid);
    }

    private static @Nullable Gateway gateway(ByteBuffer body) {
        // struct rtmsg {u8 family, dst_len, src_len, tos, table, protocol, scope, type; u32 flags}
        byte[] gateway = Attributes.bytes(body, 12, RTA_GATEWAY);
        byte[] out = Attributes.bytes(body, 12, RTA_OIF);
        byte[] table = Attributes.bytes(body, 12, RTA_TABLE);
        if (body.get(1) != 0 || gateway == null || out == null) {
            return null;
        }
        if (table != null && Attributes.number(table) != RT_TABLE_MAIN) {
            return null;
        }
        byte[] metric = Attributes.bytes(body, 12, RTA_PRIORITY);
        return new Gateway(
                Attributes.number(out),
                inet(gateway),
                metric == null ? 0 : Attributes.number(metric));
    }

    /// Tells whether `other` lies in the subnet of `address`/`prefix`.
    public static boolean isInSubnet(InetAddress address, int prefix, InetAddress other) {
        byte[] a = address.getAddress();
        byte[] b = other.getAddress();
        if (a.length != b.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            if (((a[bit >> 3] ^ b[bit >> 3]) & (0x80 >> (bit & 7))) != 0) {
                return false;
            }
        }
        return true;
    }

    private static InetAddress inet(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of " + bytes.length + " bytes", e);
        }
    }

    @Override
    public synchronized void close() {
        socket.close();
    }
}
