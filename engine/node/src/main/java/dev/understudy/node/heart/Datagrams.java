package dev.understudy.node.heart;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/// Seals and opens heartbeat datagrams.
///
/// Layout, big-endian: version u8, kind u8, network u8, 0 u8, key id u64, counter u64; then
/// AES-256-GCM of {module length u8, module, beat length u16, beat}. The header is authenticated.
/// The nonce is {kind, network, 2 zero bytes, counter}: with one key per direction it never
/// repeats.
final class Datagrams {
    static final int VERSION = 1;
    static final int HEADER = 20;
    private static final int TAG_BITS = 128;

    /// Larger datagrams would be fragmented on an ordinary Ethernet.
    static final int SIZE_MAX = 1400;

    static final int BEAT_MAX = 1200;

    /// What a datagram is for.
    enum Kind {
        /// A regular heartbeat.
        BEAT(0),
        /// Sealed in advance and sent by the guard when it has fenced the node.
        FENCED(1);

        final int code;

        Kind(int code) {
            this.code = code;
        }

        static @Nullable Kind of(int code) {
            return switch (code) {
                case 0 -> BEAT;
                case 1 -> FENCED;
                default -> null;
            };
        }
    }

    /// An opened datagram.
    record Opened(Kind kind, int network, long keyId, long counter, String module, byte[] beat) {}

    private Datagrams() {}

    static byte[] seal(
            PairKey key, Kind kind, int network, long counter, String module, byte[] beat)
            throws GeneralSecurityException {
        byte[] name = module.getBytes(StandardCharsets.UTF_8);
        if (name.length > 128 || beat.length > BEAT_MAX) {
            throw new IllegalArgumentException("beat of " + beat.length + " bytes for " + module);
        }
        ByteBuffer plain = ByteBuffer.allocate(3 + name.length + beat.length);
        plain.put((byte) name.length).put(name);
        plain.putShort((short) beat.length).put(beat);
        ByteBuffer out = ByteBuffer.allocate(HEADER + plain.position() + TAG_BITS / 8);
        out.put((byte) VERSION).put((byte) kind.code).put((byte) network).put((byte) 0);
        out.putLong(key.id()).putLong(counter);
        Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key.send(), kind, network, counter);
        cipher.updateAAD(out.array(), 0, HEADER);
        cipher.doFinal(plain.flip(), out);
        return out.array();
    }

    /// Reads the id of the key that sealed a datagram; 0 if it is none of ours.
    static long keyId(ByteBuffer datagram) {
        if (datagram.remaining() < HEADER + TAG_BITS / 8) return 0;
        if (datagram.get(datagram.position()) != VERSION) return 0;
        return datagram.getLong(datagram.position() + 4);
    }

    /// Opens a datagram; null if it is damaged, foreign or sealed with another key.
    static @Nullable Opened open(PairKey key, ByteBuffer datagram) throws GeneralSecurityException {
        int start = datagram.position();
        Kind kind = Kind.of(datagram.get(start + 1));
        if (kind == null) return null;
        int network = datagram.get(start + 2);
        long counter = datagram.getLong(start + 12);
        Cipher cipher = cipher(Cipher.DECRYPT_MODE, key.receive(), kind, network, counter);
        cipher.updateAAD(datagram.slice(start, HEADER));
        ByteBuffer plain = ByteBuffer.allocate(datagram.remaining());
        try {
            cipher.doFinal(datagram.slice(start + HEADER, datagram.remaining() - HEADER), plain);
        } catch (AEADBadTagException forged) {
            return null;
        }
        return parse(kind, network, key.id(), counter, plain.flip());
    }

    private static @Nullable Opened parse(
            Kind kind, int network, long keyId, long counter, ByteBuffer plain) {
        if (plain.remaining() < 3) return null;
        int nameLength = Byte.toUnsignedInt(plain.get());
        if (plain.remaining() < nameLength + 2) return null;
        byte[] name = new byte[nameLength];
        plain.get(name);
        int beatLength = Short.toUnsignedInt(plain.getShort());
        if (plain.remaining() != beatLength) return null;
        byte[] beat = new byte[beatLength];
        plain.get(beat);
        String module = new String(name, StandardCharsets.UTF_8);
        return new Opened(kind, network, keyId, counter, module, beat);
    }

    private static Cipher cipher(int mode, SecretKey key, Kind kind, int network, long counter)
            throws GeneralSecurityException {
        byte[] nonce =
                ByteBuffer.allocate(12)
                        .put((byte) kind.code)
                        .put((byte) network)
                        .putShort((short) 0)
                        .putLong(counter)
                        .array();
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }
}
