package dev.understudy.node.vip;

import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.net.Arp;
import dev.understudy.posix.net.Neighbor;
import dev.understudy.posix.net.PacketSocket;
import dev.understudy.posix.net.RouteNetlink;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/// Speaks and listens for one address on one Ethernet interface.
final class Station implements AutoCloseable {
    private final InetAddress address;
    private final byte[] mac;
    private final PacketSocket socket;

    Station(RouteNetlink.Link link, InetAddress address) throws ErrnoException {
        this.address = address;
        this.mac = link.mac();
        this.socket = new PacketSocket(link.index(), address);
    }

    /// Tells whether an interface can have stations: it has an Ethernet address.
    static boolean isPossible(RouteNetlink.Link link) {
        return link.mac().length == 6 && !link.isLoopback();
    }

    /// Tells all neighbours that the address is here, in each form that some of them heed.
    void announce() throws ErrnoException {
        if (address instanceof Inet4Address) {
            socket.send(Arp.announcement(mac, address));
            socket.send(Arp.unaskedReply(mac, address));
        } else {
            socket.send(Neighbor.advertisement(mac, address));
        }
    }

    /// Waits for another station's claim.
    ///
    /// @param deadlineNs on System.nanoTime; in the past = only look
    /// @return its hardware address, empty when none was heard
    String claimUntil(long deadlineNs) throws ErrnoException {
        while (true) {
            long leftNs = Math.max(0, deadlineNs - System.nanoTime());
            if (!socket.await(leftNs)) {
                return "";
            }
            String other = otherClaim();
            if (!other.isEmpty()) {
                return other;
            }
        }
    }

    /// Asks who has the address without claiming it.
    void ask() throws ErrnoException {
        socket.send(
                address instanceof Inet4Address
                        ? Arp.probe(mac, address)
                        : Neighbor.probe(mac, address));
    }

    /// Takes what was heard.
    ///
    /// @return hardware address of another station that claims the address, empty when none does
    String otherClaim() throws ErrnoException {
        String other = "";
        while (true) {
            byte[] claimant = socket.nextClaim();
            if (claimant.length == 0) {
                return other;
            }
            if (!Arrays.equals(claimant, mac)) {
                other = HexFormat.ofDelimiter(":").formatHex(claimant);
            }
        }
    }

    InetAddress address() {
        return address;
    }

    int fd() {
        return socket.fd();
    }

    @Override
    public void close() {
        socket.close();
    }
}
