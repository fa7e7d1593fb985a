package dev.understudy.node.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Writes and reads as much of ASN.1's DER as certificates and requests for them need. Pure.
///
/// @see "ITU-T X.690; RFC 5280 4.1"
final class Der {
    static final int SEQUENCE = 0x30;
    static final int BITS = 0x03;
    static final int INTEGER = 0x02;

    private static final Instant YEAR_2050 = Instant.parse("2050-01-01T00:00:00Z");

    private Der() {}

    /// One value as read.
    ///
    /// @param whole with tag and length
    record Value(int tag, byte[] content, byte[] whole) {}

    /// Writes a value: a tag, the length, and the parts one after the other.
    static byte[] value(int tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            byte[] digits = BigInteger.valueOf(length).toByteArray();
            int from = digits[0] == 0 ? 1 : 0;
            out.write(0x80 | (digits.length - from));
            out.write(digits, from, digits.length - from);
        }
        for (byte[] part : parts) out.writeBytes(part);
        return out.toByteArray();
    }

    static byte[] sequence(byte[]... parts) {
        return value(SEQUENCE, parts);
    }

    static byte[] integer(BigInteger number) {
        return value(INTEGER, number.toByteArray());
    }

    /// @param unused bits at the end that do not count, 0 to 7
    static byte[] bits(int unused, byte[] content) {
        return value(BITS, new byte[] {(byte) unused}, content);
    }

    static byte[] octets(byte[] content) {
        return value(0x04, content);
    }

    static byte[] yes() {
        return value(0x01, new byte[] {(byte) 0xff});
    }

    static byte[] utf8(String text) {
        return value(0x0c, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Writes an object identifier.
    ///
    /// @param dotted for instance `2.5.4.3`
    static byte[] oid(String dotted) {
        String[] arcs = dotted.split("\\.", -1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
        for (int i = 2; i < arcs.length; i++) {
            int arc = Integer.parseInt(arcs[i]);
            for (int shift = 28; shift > 0; shift -= 7) {
                if (arc >> shift != 0) out.write(0x80 | (arc >> shift & 0x7f));
            }
            out.write(arc & 0x7f);
        }
        return value(0x06, out.toByteArray());
    }

    /// Writes a time to the second. RFC 5280 4.1.2.5: UTCTime until 2049, GeneralizedTime after.
    static byte[] time(Instant at) {
        boolean isShort = at.isBefore(YEAR_2050);
        String pattern = isShort ? "yyMMddHHmmss'Z'" : "yyyyMMddHHmmss'Z'";
        String text = DateTimeFormatter.ofPattern(pattern).withZone(ZoneOffset.UTC).format(at);
        return value(isShort ? 0x17 : 0x18, text.getBytes(StandardCharsets.US_ASCII));
    }

    /// Reads bytes that are one value and nothing more.
    ///
    /// @throws IOException if they are not
    static Value read(byte[] bytes) throws IOException {
        List<Value> values = all(bytes);
        if (values.size() != 1) throw new IOException(values.size() + " values where one belongs");
        return values.getFirst();
    }

    /// Reads the values that a value of the given tag is made of.
    ///
    /// @throws IOException if it has another tag or its content is no values
    static List<Value> parts(Value value, int tag) throws IOException {
        if (value.tag() != tag) {
            throw new IOException("tag %02x where %02x belongs".formatted(value.tag(), tag));
        }
        return all(value.content());
    }

    private static List<Value> all(byte[] bytes) throws IOException {
        List<Value> values = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            if (bytes.length - at < 2) throw new IOException("cut off");
            int start = at;
            int tag = bytes[at++] & 0xff;
            int length = bytes[at++] & 0xff;
            if (length >= 0x80) {
                int digits = length & 0x7f;
                if (digits == 0 || digits > 3 || bytes.length - at < digits) {
                    throw new IOException("bad length");
                }
                length = 0;
                for (int i = 0; i < digits; i++) length = (length << 8) | (bytes[at++] & 0xff);
            }
            if (length > bytes.length - at) throw new IOException("cut off");
            values.add(
                    new Value(
                            tag,
                            Arrays.copyOfRange(bytes, at, at + length),
                            Arrays.copyOfRange(bytes, start, at + length)));
            at += length;
        }
        return values;
    }
}
