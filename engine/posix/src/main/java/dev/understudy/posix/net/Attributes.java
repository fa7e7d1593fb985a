package dev.understudy.posix.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads netlink attributes: `{u16 length, u16 type}`, then the value, aligned to four bytes.
final class Attributes {
    private static final int TYPE_MASK = 0x3fff; // without NLA_F_NESTED and NLA_F_NET_BYTEORDER

    private Attributes() {}

    /// Finds an attribute after the fixed part of a message.
    static byte @Nullable [] bytes(ByteBuffer body, int from, int wanted) {
        int at = from;
        while (at + 4 <= body.limit()) {
            int length = body.getShort(at) & 0xffff;
            if (length < 4 || at + length > body.limit()) {
                return null;
            }
            if ((body.getShort(at + 2) & TYPE_MASK) == wanted) {
                byte[] value = new byte[length - 4];
                body.get(at + 4, value);
                return value;
            }
            at += (length + 3) & ~3;
        }
        return null;
    }

    static int number(byte[] value) {
        return ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
    }

    /// Reads a string that ends with NUL.
    static String text(byte[] value) {
        int length = 0;
        while (length < value.length && value[length] != 0) {
            length++;
        }
        return new String(value, 0, length, StandardCharsets.UTF_8);
    }
}
