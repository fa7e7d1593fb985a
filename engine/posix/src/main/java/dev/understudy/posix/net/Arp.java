package dev.understudy.posix.net;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// ARP packets for Ethernet and IPv4, as whole frames.
///
/// @see "RFC 826, RFC 5227 (probe, announcement, conflict)"
public final class Arp {
    static final int ETHER_TYPE = 0x0806;

    private static final int REQUEST = 1;
    private static final int REPLY = 2;
    private static final byte[] BROADCAST = {-1, -1, -1, -1, -1, -1};
    private static final byte[] NOBODY = new byte[6];
    private static final int FRAME_BYTES = 42;

    private Arp() {}

    /// Says "this address is at this station" in the form of a request (RFC 5227 2.3).
    public static byte[] announcement(byte[] mac, InetAddress address) {
        return frame(REQUEST, mac, address.getAddress(), NOBODY, address.getAddress());
    }

    /// Says the same in the form of an unasked reply: some systems heed only this one.
    public static byte[] unaskedReply(byte[] mac, InetAddress address) {
        return frame(REPLY, mac, address.getAddress(), BROADCAST, address.getAddress());
    }

    /// Asks who has the address without claiming it: the sender's address is 0 (RFC 5227 2.1.1).
    public static byte[] probe(byte[] mac, InetAddress address) {
        return frame(REQUEST, mac, new byte[4], NOBODY, address.getAddress());
    }

    private static byte[] frame(
            int operation, byte[] mac, byte[] senderIp, byte[] targetMac, byte[] targetIp) {
        return ByteBuffer.allocate(FRAME_BYTES)
                .put(BROADCAST)
                .put(mac)
                .putShort((short) ETHER_TYPE)
                .putShort((short) 1) // Ethernet
                .putShort((short) 0x0800) // IPv4
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) operation)
                .put(mac)
                .put(senderIp)
                .put(targetMac)
                .put(targetIp)
                .array();
    }

    /// Gives the station that claims an address by a received frame, empty when the frame does not.
    static byte[] claimant(byte[] frame, InetAddress address) {
        if (frame.length < FRAME_BYTES
                || !Arrays.equals(frame, 28, 32, address.getAddress(), 0, 4)) {
            return new byte[0];
        }
        return Arrays.copyOfRange(frame, 22, 28); // ar$sha
    }
}
