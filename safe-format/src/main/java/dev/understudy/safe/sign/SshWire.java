package dev.understudy.safe.sign;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Reads and writes the fields of SSH: 32-bit numbers and strings with their length (RFC 4251, 5).
final class SshWire {
    private static final int FIELD_MAX = 1 << 16;

    private SshWire() {}

    /// Reads a string; refuses lengths that the rest does not have.
    ///
    /// @throws BufferUnderflowException when it is cut off
    static byte[] string(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > FIELD_MAX || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    static String text(ByteBuffer in) {
        return new String(string(in), StandardCharsets.UTF_8);
    }

    static void put(ByteArrayOutputStream out, byte[] string) {
        out.writeBytes(ByteBuffer.allocate(4).putInt(string.length).array());
        out.writeBytes(string);
    }

    static void put(ByteArrayOutputStream out, String text) {
        put(out, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Puts fields one after the other.
    static byte[] fields(byte[]... fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] field : fields) {
            put(out, field);
        }
        return out.toByteArray();
    }
}
