package dev.understudy.posix.net;

import dev.understudy.posix.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Builds netlink messages one after the other in one direct buffer.
///
/// Netlink speaks host byte order in headers and rtnetlink attributes; nf_tables puts big-endian
/// numbers into its attributes, hence the `Be` forms. Everything is aligned to four bytes.
///
/// @see "linux/netlink.h: struct nlmsghdr {u32 len; u16 type, flags; u32 seq, pid}"
final class NetlinkMessage {
    static final int REQUEST = 0x1; // NLM_F_REQUEST
    static final int ACK = 0x4;
    static final int DUMP = 0x300; // NLM_F_ROOT | NLM_F_MATCH
    static final int REPLACE = 0x100;
    static final int CREATE = 0x400;
    static final int APPEND = 0x800;

    private static final int NESTED = 0x8000; // NLA_F_NESTED
    private static final int HEADER = 16;

    private final ByteBuffer buffer;
    private int start;
    private int sequence;

    /// @param sizeBytes room for all messages of a batch
    NetlinkMessage(int sizeBytes) {
        buffer = ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
    }

    /// Empties the buffer for a new request.
    NetlinkMessage clear() {
        buffer.clear();
        return this;
    }

    /// Opens a message.
    NetlinkMessage begin(int type, int flags, int number) {
        start = buffer.position();
        sequence = number;
        buffer.putInt(0).putShort((short) type).putShort((short) flags).putInt(number).putInt(0);
        return this;
    }

    /// Closes the message that [#begin] opened.
    NetlinkMessage end() {
        buffer.putInt(start, buffer.position() - start);
        return this;
    }

    /// Gives the number of the message opened last.
    int sequence() {
        return sequence;
    }

    NetlinkMessage u8(int value) {
        buffer.put((byte) value);
        return this;
    }

    NetlinkMessage u16Be(int value) {
        buffer.put((byte) (value >>> 8)).put((byte) value);
        return this;
    }

    NetlinkMessage u32(int value) {
        buffer.putInt(value);
        return this;
    }

    NetlinkMessage attribute(int type, byte[] value) {
        header(type, value.length);
        buffer.put(value);
        return pad();
    }

    NetlinkMessage attributeU32(int type, int value) {
        header(type, 4);
        buffer.putInt(value);
        return this;
    }

    NetlinkMessage attributeU32Be(int type, int value) {
        header(type, 4);
        buffer.order(ByteOrder.BIG_ENDIAN).putInt(value).order(ByteOrder.nativeOrder());
        return this;
    }

    NetlinkMessage attributeU64Be(int type, long value) {
        header(type, 8);
        buffer.order(ByteOrder.BIG_ENDIAN).putLong(value).order(ByteOrder.nativeOrder());
        return this;
    }

    /// Writes a string with its final NUL.
    NetlinkMessage attribute(int type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        header(type, bytes.length + 1);
        buffer.put(bytes).put((byte) 0);
        return pad();
    }

    /// Opens an attribute that holds attributes.
    ///
    /// @return the mark for [#close]
    int open(int type) {
        int mark = buffer.position();
        header(type | NESTED, 0);
        return mark;
    }

    NetlinkMessage close(int mark) {
        buffer.putShort(mark, (short) (buffer.position() - mark));
        return this;
    }

    int length() {
        return buffer.position();
    }

    long address() {
        return Native.address(buffer);
    }

    private void header(int type, int length) {
        buffer.putShort((short) (4 + length)).putShort((short) type);
    }

    private NetlinkMessage pad() {
        while ((buffer.position() & 3) != 0) {
            buffer.put((byte) 0);
        }
        return this;
    }

    /// Bytes of the message header.
    static int headerBytes() {
        return HEADER;
    }
}
