package dev.understudy.posix.net;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Sends whole Ethernet frames on one interface and hears those that speak for one address.
///
/// Packet sockets stand before netfilter on receipt and behind it on sending: they work whether or
/// not a [LeaseFilter] is closed. A filter in the kernel passes only ARP packets whose sender, and
/// neighbour advertisements whose target, is the watched address, so a busy network wakes nobody.
///
/// @see "packet(7), linux/filter.h"
public final class PacketSocket implements AutoCloseable {
    private static final int AF_PACKET = 17;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int FRAME_MAX = 2048;
    private static final int LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private static final int LOAD_BYTE = 0x30; // BPF_LD | BPF_B | BPF_ABS
    private static final int JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private static final int RETURN = 0x06; // BPF_RET | BPF_K

    private final int fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment frame = arena.allocate(FRAME_MAX, 8);
    private final InetAddress watched;
    private boolean isClosed;

    /// Opens the socket on an interface of the calling thread's network namespace.
    ///
    /// @param index of the interface
    /// @param watched the address whose claims are heard
    public PacketSocket(int index, InetAddress watched) throws ErrnoException {
        this.watched = watched;
        int etherType = watched instanceof Inet4Address ? Arp.ETHER_TYPE : Neighbor.ETHER_TYPE;
        fd = Sockets.open(AF_PACKET, Sockets.RAW, 0); // protocol 0: deaf until bound
        try {
            attachFilter(program(watched));
            MemorySegment address = frame.asSlice(0, 20).fill((byte) 0); // struct sockaddr_ll
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(
                    ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) etherType);
            address.set(ValueLayout.JAVA_INT, 4, index);
            Errno.check("bind packet socket", Sockets.bind(fd, address.address(), 20));
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    /// Sends one Ethernet frame.
    public void send(byte[] bytes) throws ErrnoException {
        MemorySegment.copy(bytes, 0, frame, ValueLayout.JAVA_BYTE, 0, bytes.length);
        long n = Sockets.sendTo(fd, frame.address(), bytes.length, 0, 0);
        Errno.check("send frame", n);
    }

    /// Gives the hardware address of the next claim heard, an empty array when none waits.
    ///
    /// A node's own frames are not delivered to its own socket.
    public byte[] nextClaim() throws ErrnoException {
        while (true) {
            long n = Sockets.receiveFrom(fd, frame.address(), FRAME_MAX, 0, 0);
            if (n == -Errno.EAGAIN || n == -Errno.ENETDOWN) {
                return new byte[0];
            }
            Errno.check("receive frame", n);
            byte[] bytes = frame.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
            byte[] mac =
                    watched instanceof Inet4Address
                            ? Arp.claimant(bytes, watched)
                            : Neighbor.claimant(bytes, watched);
            if (mac.length > 0) {
                return mac;
            }
        }
    }

    /// Waits off the loop until something was heard.
    ///
    /// @return false when `timeoutNs` passed
    public boolean await(long timeoutNs) throws ErrnoException {
        return Fd.await(fd, Fd.POLLIN, timeoutNs);
    }

    /// Gives the descriptor for an event loop.
    public int fd() {
        return fd;
    }

    private static int[][] program(InetAddress address) {
        ByteBuffer ip = ByteBuffer.wrap(address.getAddress());
        if (address instanceof Inet4Address) {
            return new int[][] {
                {LOAD_WORD, 0, 0, 28}, // Ethernet 14 + ar$spa 14
                {JUMP_EQUAL, 0, 1, ip.getInt(0)},
                {RETURN, 0, 0, FRAME_MAX},
                {RETURN, 0, 0, 0}
            };
        }
        return new int[][] {
            {LOAD_BYTE, 0, 0, 20}, // Ethernet 14 + next header 6
            {JUMP_EQUAL, 0, 11, 58},
            {LOAD_BYTE, 0, 0, 54}, // Ethernet 14 + IPv6 40: ICMPv6 type
            {JUMP_EQUAL, 0, 9, 136},
            {LOAD_WORD, 0, 0, 62}, // target, behind type, code, checksum and flags
            {JUMP_EQUAL, 0, 7, ip.getInt(0)},
            {LOAD_WORD, 0, 0, 66},
            {JUMP_EQUAL, 0, 5, ip.getInt(4)},
            {LOAD_WORD, 0, 0, 70},
            {JUMP_EQUAL, 0, 3, ip.getInt(8)},
            {LOAD_WORD, 0, 0, 74},
            {JUMP_EQUAL, 0, 1, ip.getInt(12)},
            {RETURN, 0, 0, FRAME_MAX},
            {RETURN, 0, 0, 0}
        };
    }

    private void attachFilter(int[][] program) throws ErrnoException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment code = scratch.allocate(8L * program.length, 8);
            for (int i = 0; i < program.length; i++) {
                // struct sock_filter {u16 code; u8 jt, jf; u32 k}
                code.set(ValueLayout.JAVA_SHORT, 8L * i, (short) program[i][0]);
                code.set(ValueLayout.JAVA_BYTE, 8L * i + 2, (byte) program[i][1]);
                code.set(ValueLayout.JAVA_BYTE, 8L * i + 3, (byte) program[i][2]);
                code.set(ValueLayout.JAVA_INT, 8L * i + 4, program[i][3]);
            }
            MemorySegment whole =
                    scratch.allocate(16, 8); // struct sock_fprog {u16 len; ptr filter}
            whole.set(ValueLayout.JAVA_SHORT, 0, (short) program.length);
            whole.set(ValueLayout.JAVA_LONG, 8, code.address());
            int result =
                    Sockets.setOption(
                            fd, Sockets.SOL_SOCKET, SO_ATTACH_FILTER, whole.address(), 16);
            Errno.check("SO_ATTACH_FILTER", result);
        }
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
