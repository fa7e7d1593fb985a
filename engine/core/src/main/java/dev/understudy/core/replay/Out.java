package dev.understudy.core.replay;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Bytes that grow.
final class Out {
    private byte[] bytes = new byte[256];
    private int length;

    int length() {
        return length;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    void clear() {
        length = 0;
    }

    void put(int one) {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * length);
        }
        bytes[length++] = (byte) one;
    }

    void put(byte[] all) {
        for (byte one : all) {
            put(one);
        }
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    void count(long value) {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            put((int) (left & 0x7f) | 0x80);
            left >>>= 7;
        }
        put((int) left);
    }

    /// Short for numbers near zero on either side.
    void whole(long value) {
        count(value << 1 ^ value >> 63);
    }

    void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        count(utf8.length);
        put(utf8);
    }
}
