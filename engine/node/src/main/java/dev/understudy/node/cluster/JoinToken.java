package dev.understudy.node.cluster;

import dev.understudy.core.member.HaException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;

/// A one-time token that lets one node join.
///
/// As text: `us1-` and 97 characters of Crockford's base 32 (no I, L, O, U), so that it survives
/// being read aloud. It holds the version, the cluster's id, the SHA-256 of the CA's public key by
/// which the joiner knows that it talks to the right cluster, a secret, and a CRC-32.
///
/// @param clusterId 16 hexadecimal digits
/// @param authorityHash 32 bytes
/// @param secret 16 bytes; never logged, never stored but as a hash
public record JoinToken(String clusterId, byte[] authorityHash, byte[] secret) {
    private static final String PREFIX = "us1-";
    private static final int ID_BYTES = 8;
    private static final int HASH_BYTES = 32;
    static final int SECRET_BYTES = 16;
    private static final int CHECK_BYTES = 4;
    private static final int BYTES = ID_BYTES + HASH_BYTES + SECRET_BYTES + CHECK_BYTES;
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// The text to hand over.
    public String text() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.put(HexFormat.of().parseHex(clusterId)).put(authorityHash).put(secret);
        bytes.putInt(check(bytes.array()));
        return PREFIX + encode(bytes.array());
    }

    /// Reads a token's text; case, blanks and line breaks do not matter.
    ///
    /// @throws HaException HA-4201 if it is mistyped or of another version
    public static JoinToken parse(String text) {
        String word = text.replaceAll("\\s+", "");
        if (!word.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
            throw bad("does not begin with " + PREFIX);
        }
        byte[] bytes = decode(word.substring(PREFIX.length()));
        if (bytes.length != BYTES) throw bad("is incomplete");
        ByteBuffer read = ByteBuffer.wrap(bytes);
        byte[] id = new byte[ID_BYTES];
        byte[] hash = new byte[HASH_BYTES];
        byte[] secret = new byte[SECRET_BYTES];
        read.get(id).get(hash).get(secret);
        if (read.getInt() != check(bytes)) throw bad("is mistyped: its check digits do not fit");
        return new JoinToken(HexFormat.of().formatHex(id), hash, secret);
    }

    /// The secret as sent to the cluster.
    String secretHex() {
        return HexFormat.of().formatHex(secret);
    }

    private static int check(byte[] all) {
        CRC32 crc = new CRC32();
        crc.update(PREFIX.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        crc.update(all, 0, BYTES - CHECK_BYTES);
        return (int) crc.getValue();
    }

    private static HaException bad(String why) {
        return new HaException(
                "HA-4201",
                "the join token " + why,
                null,
                "copy the whole token, or make a new one with `safe cluster token`");
    }

    private static String encode(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        int held = 0;
        int bits = 0;
        for (byte b : bytes) {
            held = (held << 8) | (b & 0xff);
            bits += 8;
            while (bits >= 5) {
                out.append(ALPHABET.charAt((held >> (bits - 5)) & 31));
                bits -= 5;
            }
            held &= (1 << bits) - 1;
        }
        if (bits > 0) out.append(ALPHABET.charAt((held << (5 - bits)) & 31));
        return out.toString();
    }

    private static byte[] decode(String text) {
        byte[] out = new byte[text.length() * 5 / 8];
        int held = 0;
        int bits = 0;
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = Character.toUpperCase(text.charAt(i));
            int value = ALPHABET.indexOf(c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c);
            if (value < 0) throw bad("holds '" + text.charAt(i) + "', which no token has");
            held = (held << 5) | value;
            bits += 5;
            if (bits >= 8) {
                out[length++] = (byte) (held >> (bits - 8));
                bits -= 8;
                held &= (1 << bits) - 1;
            }
        }
        return Arrays.copyOf(out, length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JoinToken that
                && clusterId.equals(that.clusterId)
                && Arrays.equals(authorityHash, that.authorityHash)
                && Arrays.equals(secret, that.secret);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(secret);
    }

    /// Shows the cluster only: a token in a log would be an open door.
    @Override
    public String toString() {
        return "JoinToken[" + clusterId + "]";
    }
}
