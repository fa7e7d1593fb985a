package dev.understudy.node.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.understudy.core.member.HaException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The cluster's own certificate authority: an EC P-256 key that every data node holds.
///
/// What a certificate says comes from the member list; of a request only the public key counts.
final class CertificateAuthority {
    /// How long a node's certificate is valid; renewed at half of it.
    static final Duration NODE_VALIDITY = Duration.ofDays(730);

    /// How far back a certificate begins: sites without time servers have clocks that are a day
    /// off.
    static final Duration BACKDATED = Duration.ofHours(25);

    private static final Duration CA_VALIDITY = Duration.ofDays(365 * 20);
    private static final String SIGNATURE = "SHA256withECDSA";

    // RFC 5758 3.2 ecdsa-with-SHA256, no parameters
    private static final byte[] ALGORITHM = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));

    // RFC 5280 4.1.2.4 and appendix A; 4.2.1
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String ORGANIZATION = "2.5.4.10";
    private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final byte CERTIFICATES_AND_LISTS = 0x06; // keyCertSign (5), cRLSign (6)
    private static final byte DIGITAL_SIGNATURE = (byte) 0x80; // (0)
    private static final int CONTEXT = 0x80; // X.690 8.1.2: class of a tag
    private static final int CONSTRUCTED = 0x20;

    private final X509Certificate certificate;
    private final PrivateKey key;

    private CertificateAuthority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /// Makes a new authority for a cluster.
    static CertificateAuthority create(String clusterId, String clusterName, Instant now) {
        KeyPair pair = newKeyPair();
        byte[] name = name("Understudy cluster " + clusterId, clusterName);
        byte[] extensions =
                Der.sequence(
                        // a certificate authority below which there is none
                        critical(
                                BASIC_CONSTRAINTS,
                                Der.sequence(Der.yes(), Der.integer(BigInteger.ZERO))),
                        critical(KEY_USAGE, Der.bits(1, new byte[] {CERTIFICATES_AND_LISTS})),
                        extension(
                                SUBJECT_KEY_IDENTIFIER,
                                Der.octets(keyIdentifier(pair.getPublic()))));
        X509Certificate certificate =
                certificate(
                        name,
                        now.plus(CA_VALIDITY),
                        now,
                        name,
                        pair.getPublic(),
                        extensions,
                        pair.getPrivate());
        return new CertificateAuthority(certificate, pair.getPrivate());
    }

    /// Reads the authority from a node's key folder; empty where the key is not there (witness).
    static Optional<CertificateAuthority> load(Path keys) {
        Path file = keys.resolve("ca.key");
        if (!Files.exists(file)) return Optional.empty();
        Path certificate = keys.resolve("ca.pem");
        return Optional.of(
                of(
                        Pem.certificate(Pem.read(certificate), certificate.toString()),
                        Pem.key(Pem.read(file), file.toString())));
    }

    /// Takes an authority received from another data node.
    ///
    /// @throws HaException HA-4107 if the key does not belong to the certificate
    static CertificateAuthority of(X509Certificate certificate, PrivateKey key) {
        try {
            byte[] probe = "understudy".getBytes(US_ASCII);
            Signature signer = Signature.getInstance(SIGNATURE);
            signer.initSign(key);
            signer.update(probe);
            byte[] signature = signer.sign();
            signer.initVerify(certificate.getPublicKey());
            signer.update(probe);
            if (signer.verify(signature)) return new CertificateAuthority(certificate, key);
        } catch (GeneralSecurityException broken) {
            throw mismatch(broken);
        }
        throw mismatch(null);
    }

    private static HaException mismatch(@org.jspecify.annotations.Nullable Throwable cause) {
        return new HaException(
                "HA-4107",
                "the cluster's CA key does not belong to its certificate (ca.key, ca.pem)",
                cause,
                "copy both files from another data node");
    }

    void save(Path keys) throws IOException {
        Pem.writeSecret(keys.resolve("ca.key"), Pem.key(key));
        Pem.writePublic(keys.resolve("ca.pem"), Pem.certificate(certificate));
    }

    X509Certificate certificate() {
        return certificate;
    }

    PrivateKey key() {
        return key;
    }

    /// SHA-256 of the public key, as a joiner pins it (SubjectPublicKeyInfo, RFC 7469 2.4).
    byte[] keyHash() {
        return keyHash(certificate.getPublicKey());
    }

    static byte[] keyHash(PublicKey key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("SHA-256 is missing", impossible);
        }
    }

    /// Certifies a node's key.
    ///
    /// @param request PKCS#10 in PEM; its self-signature is checked, its names are ignored
    /// @param identity what the certificate says
    /// @param addresses IP addresses added for browsers and `curl`
    /// @throws HaException HA-4108 if the request is not well-formed or not signed by its key
    X509Certificate certify(
            String request, NodeName identity, List<String> addresses, Instant now) {
        PublicKey publicKey = requestedKey(request);
        byte[] extensions =
                Der.sequence(
                        critical(BASIC_CONSTRAINTS, Der.sequence()),
                        critical(KEY_USAGE, Der.bits(7, new byte[] {DIGITAL_SIGNATURE})),
                        extension(
                                EXTENDED_KEY_USAGE,
                                Der.sequence(Der.oid(SERVER_AUTH), Der.oid(CLIENT_AUTH))),
                        extension(SUBJECT_ALTERNATIVE_NAME, names(identity, addresses)),
                        extension(
                                AUTHORITY_KEY_IDENTIFIER,
                                Der.sequence(
                                        Der.value(
                                                CONTEXT,
                                                keyIdentifier(certificate.getPublicKey())))));
        return certificate(
                certificate.getSubjectX500Principal().getEncoded(),
                now.plus(NODE_VALIDITY),
                now,
                name("Understudy cluster " + identity.clusterId(), identity.name()),
                publicKey,
                extensions,
                key);
    }

    /// RFC 5280 4.2.1.6: [6] URI, [2] DNS name, [7] IP address.
    private static byte[] names(NodeName identity, List<String> addresses) {
        List<byte[]> names = new ArrayList<>();
        names.add(Der.value(CONTEXT | 6, identity.uri().getBytes(US_ASCII)));
        if (identity.name().matches("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")) {
            names.add(Der.value(CONTEXT | 2, identity.name().getBytes(US_ASCII)));
        }
        for (String address : addresses) {
            names.add(Der.value(CONTEXT | 7, InetAddress.ofLiteral(address).getAddress()));
        }
        return Der.sequence(names.toArray(byte[][]::new));
    }

    private static PublicKey requestedKey(String request) {
        try {
            // RFC 2986 4: { { version, subject, key, attributes }, algorithm, signature }
            byte[] all = Pem.der("CERTIFICATE REQUEST", request, "the certificate request");
            List<Der.Value> parts = Der.parts(Der.read(all), Der.SEQUENCE);
            if (parts.size() != 3) throw badRequest(null);
            List<Der.Value> info = Der.parts(parts.getFirst(), Der.SEQUENCE);
            boolean isKnown = Arrays.equals(parts.get(1).whole(), ALGORITHM);
            byte[] bits = parts.get(2).content();
            if (info.size() < 3
                    || !isKnown
                    || parts.get(2).tag() != Der.BITS
                    || bits.length < 2
                    || bits[0] != 0) {
                throw badRequest(null);
            }
            PublicKey publicKey =
                    KeyFactory.getInstance("EC")
                            .generatePublic(new X509EncodedKeySpec(info.get(2).whole()));
            Signature check = Signature.getInstance(SIGNATURE);
            check.initVerify(publicKey);
            check.update(parts.getFirst().whole());
            if (check.verify(bits, 1, bits.length - 1)) return publicKey;
        } catch (IOException | GeneralSecurityException broken) {
            throw badRequest(broken);
        }
        throw badRequest(null);
    }

    private static HaException badRequest(@org.jspecify.annotations.Nullable Throwable cause) {
        return new HaException(
                "HA-4108",
                "the certificate request is not signed by the EC key that it names",
                cause,
                "join with the same version of the software on both nodes");
    }

    /// Makes a request for a certificate for a key pair, in PEM.
    static String request(KeyPair pair, String name) {
        byte[] info =
                Der.sequence(
                        Der.integer(BigInteger.ZERO),
                        Der.sequence(attribute(COMMON_NAME, name)),
                        pair.getPublic().getEncoded(),
                        Der.value(CONTEXT | CONSTRUCTED));
        return Pem.text("CERTIFICATE REQUEST", signed(info, pair.getPrivate()));
    }

    static KeyPair newKeyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("EC keys are missing", impossible);
        }
    }

    /// RFC 5280 4.1: version 3, serial number, issuer, validity, subject, key, extensions.
    private static X509Certificate certificate(
            byte[] issuer,
            Instant until,
            Instant now,
            byte[] subject,
            PublicKey publicKey,
            byte[] extensions,
            PrivateKey signer) {
        byte[] info =
                Der.sequence(
                        Der.value(CONTEXT | CONSTRUCTED, Der.integer(BigInteger.TWO)),
                        Der.integer(newSerial()),
                        ALGORITHM,
                        issuer,
                        Der.sequence(Der.time(now.minus(BACKDATED)), Der.time(until)),
                        subject,
                        publicKey.getEncoded(),
                        Der.value(CONTEXT | CONSTRUCTED | 3, extensions));
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(signed(info, signer)));
        } catch (CertificateException broken) {
            throw new IllegalStateException("cannot make a certificate", broken);
        }
    }

    private static byte[] signed(byte[] info, PrivateKey key) {
        try {
            Signature signer = Signature.getInstance(SIGNATURE);
            signer.initSign(key);
            signer.update(info);
            return Der.sequence(info, ALGORITHM, Der.bits(0, signer.sign()));
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("cannot sign", broken);
        }
    }

    private static byte[] name(String organization, String commonName) {
        return Der.sequence(
                attribute(ORGANIZATION, organization), attribute(COMMON_NAME, commonName));
    }

    private static byte[] attribute(String oid, String text) {
        return Der.value(0x31, Der.sequence(Der.oid(oid), Der.utf8(text)));
    }

    private static byte[] critical(String oid, byte[] content) {
        return Der.sequence(Der.oid(oid), Der.yes(), Der.octets(content));
    }

    private static byte[] extension(String oid, byte[] content) {
        return Der.sequence(Der.oid(oid), Der.octets(content));
    }

    /// RFC 5280 4.2.1.2 (1): SHA-1 of the key's bits; a name, no protection.
    private static byte[] keyIdentifier(PublicKey key) {
        try {
            byte[] bits = Der.parts(Der.read(key.getEncoded()), Der.SEQUENCE).getLast().content();
            MessageDigest sha = MessageDigest.getInstance("SHA-1");
            sha.update(bits, 1, bits.length - 1);
            return sha.digest();
        } catch (IOException | GeneralSecurityException broken) {
            throw new IllegalStateException("cannot name a key", broken);
        }
    }

    private static BigInteger newSerial() {
        return new BigInteger(127, new SecureRandom()).setBit(0);
    }
}
