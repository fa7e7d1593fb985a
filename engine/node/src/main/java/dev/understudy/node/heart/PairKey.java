package dev.understudy.node.heart;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/// The keys of one pair of nodes for one TLS session: one to send, one to receive.
///
/// Both nodes derive them from the session's exported secret; each direction has its own key, so
/// the counters of the two nodes can never meet in one nonce.
///
/// @param id names the key in a datagram; says nothing about it
/// @param send seals what this node sends
/// @param receive opens what the peer sends
public record PairKey(long id, SecretKey send, SecretKey receive) {

    /// Derives the pair's keys.
    ///
    /// @param secret at least 32 bytes that only the two nodes know
    /// @param self name of this node
    /// @param peer name of the other node; different from `self`
    /// @throws GeneralSecurityException if the platform lacks HKDF-SHA256, which JDK 25 has
    /// @see "RFC 5869 HKDF; JEP 510 Key Derivation Function API"
    public static PairKey derive(byte[] secret, String self, String peer)
            throws GeneralSecurityException {
        if (secret.length < 32) {
            throw new GeneralSecurityException("heartbeat secret of " + secret.length + " bytes");
        }
        KDF kdf = KDF.getInstance("HKDF-SHA256");
        byte[] id = kdf.deriveData(spec(secret, "understudy heartbeat id"));
        return new PairKey(
                ByteBuffer.wrap(id).getLong(),
                kdf.deriveKey("AES", spec(secret, "understudy heartbeat from " + self)),
                kdf.deriveKey("AES", spec(secret, "understudy heartbeat from " + peer)));
    }

    private static HKDFParameterSpec spec(byte[] secret, String label) {
        return HKDFParameterSpec.ofExtract()
                .addIKM(Arrays.copyOf(secret, secret.length))
                .thenExpand(label.getBytes(StandardCharsets.UTF_8), 32);
    }
}
