package dev.understudy.posix.net;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Neighbour discovery for IPv6 over Ethernet, as whole frames.
///
/// @see "RFC 4861 4.3, 4.4, 7.2.6 (unsolicited advertisement); RFC 4862 5.4 (probe)"
public final class Neighbor {
    static final int ETHER_TYPE = 0x86dd;

    private static final int SOLICITATION = 135;
    private static final int ADVERTISEMENT = 136;
    private static final int OVERRIDE = 0x20000000;
    private static final int ICMPV6 = 58;
    private static final int ICMP_AT = 54; // Ethernet 14 + IPv6 40
    private static final int TARGET_AT = ICMP_AT + 8;
    private static final byte[] ALL_NODES = {
        (byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
    };

    private Neighbor() {}

    /// Says to all nodes "this address is at this station", overriding what they know.
    public static byte[] advertisement(byte[] mac, InetAddress address) {
        byte[] ip = address.getAddress();
        ByteBuffer body = ByteBuffer.allocate(32);
        body.put((byte) ADVERTISEMENT).put((byte) 0).putShort((short) 0).putInt(OVERRIDE).put(ip);
        body.put((byte) 2).put((byte) 1).put(mac); // option: target link-layer address
        return frame(mac, ip, ALL_NODES, body.array());
    }

    /// Asks who has the address without claiming it: from the unspecified address.
    public static byte[] probe(byte[] mac, InetAddress address) {
        byte[] ip = address.getAddress();
        ByteBuffer body = ByteBuffer.allocate(24);
        body.put((byte) SOLICITATION).put((byte) 0).putShort((short) 0).putInt(0).put(ip);
        // RFC 4291 2.7.1: the solicited-node group carries the last 24 bits of the target
        byte[] group = {
            (byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, (byte) 0xff, ip[13], ip[14], ip[15]
        };
        return frame(mac, new byte[16], group, body.array());
    }

    private static byte[] frame(byte[] mac, byte[] source, byte[] destination, byte[] body) {
        ByteBuffer frame = ByteBuffer.allocate(ICMP_AT + body.length);
        frame.put((byte) 0x33).put((byte) 0x33).put(destination, 12, 4); // RFC 2464 7
        frame.put(mac).putShort((short) ETHER_TYPE);
        frame.putInt(0x60000000).putShort((short) body.length).put((byte) ICMPV6);
        frame.put((byte) 255).put(source).put(destination); // hop limit 255: RFC 4861 7.1
        frame.put(body);
        frame.putShort(ICMP_AT + 2, checksum(source, destination, body));
        return frame.array();
    }

    private static short checksum(byte[] source, byte[] destination, byte[] body) {
        long sum = words(source) + words(destination) + body.length + ICMPV6 + words(body);
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (short) ~sum;
    }

    private static long words(byte[] bytes) {
        long sum = 0;
        for (int i = 0; i < bytes.length; i += 2) {
            sum += ((bytes[i] & 0xff) << 8) | (bytes[i + 1] & 0xff);
        }
        return sum;
    }

    /// Gives the station that claims an address by a received frame, empty when the frame does not.
    static byte[] claimant(byte[] frame, InetAddress address) {
        if (frame.length < TARGET_AT + 16
                || frame[ICMP_AT] != (byte) ADVERTISEMENT
                || !Arrays.equals(frame, TARGET_AT, TARGET_AT + 16, address.getAddress(), 0, 16)) {
            return new byte[0];
        }
        return Arrays.copyOfRange(frame, 6, 12); // Ethernet source
    }
}
