package dev.understudy.safe.sign;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A public key of type `ssh-ed25519`.
///
/// @param raw 32 bytes: the point as RFC 8032 encodes it
public record SshKey(byte[] raw) {
    static final String TYPE = "ssh-ed25519";
    static final int RAW_BYTES = 32;

    /// Reads the blob of a key, as it stands in files in base 64; empty = another type, or damaged.
    static Optional<SshKey> ofBlob(byte[] blob) {
        try {
            ByteBuffer in = ByteBuffer.wrap(blob);
            String type = SshWire.text(in);
            byte[] raw = SshWire.string(in);
            return type.equals(TYPE) && raw.length == RAW_BYTES && !in.hasRemaining()
                    ? Optional.of(new SshKey(raw))
                    : Optional.empty();
        } catch (BufferUnderflowException e) {
            return Optional.empty();
        }
    }

    /// Gives the blob.
    byte[] blob() {
        return SshWire.fields(TYPE.getBytes(StandardCharsets.US_ASCII), raw);
    }

    /// Gives the key as it stands in `allowed_signers` and in `.pub` files.
    public String line() {
        return TYPE + " " + Base64.getEncoder().encodeToString(blob());
    }

    /// Gives the fingerprint that `ssh-keygen -l` shows: `SHA256:…`.
    public String fingerprint() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(blob());
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// Tells whether a signature of these bytes is this key's.
    boolean verifies(byte[] message, byte[] signature) {
        try {
            java.security.Signature check = java.security.Signature.getInstance("Ed25519");
            check.initVerify(publicKey());
            check.update(message);
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // not a point of the curve, or not 64 bytes
        }
    }

    // RFC 8032 5.1.2: y in little-endian order, the highest bit is that of x.
    private PublicKey publicKey() throws GeneralSecurityException {
        byte[] y = new byte[RAW_BYTES];
        for (int i = 0; i < RAW_BYTES; i++) {
            y[i] = raw[RAW_BYTES - 1 - i];
        }
        boolean xIsOdd = (y[0] & 0x80) != 0;
        y[0] &= 0x7f;
        EdECPoint point = new EdECPoint(xIsOdd, new BigInteger(1, y));
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SshKey key && Arrays.equals(key.raw, raw);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(raw);
    }

    @Override
    public String toString() {
        return fingerprint();
    }
}
