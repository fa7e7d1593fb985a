package dev.understudy.node.cluster;

import dev.understudy.core.member.HaException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

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

    private final X509Certificate certificate;
    private final PrivateKey key;

    private CertificateAuthority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /// Makes a new authority for a cluster.
    static CertificateAuthority create(String clusterId, String clusterName, Instant now) {
        KeyPair pair = newKeyPair();
        X500Name name =
                new X500NameBuilder(BCStyle.INSTANCE)
                        .addRDN(BCStyle.O, "Understudy cluster " + clusterId)
                        .addRDN(BCStyle.CN, clusterName)
                        .build();
        X509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        name,
                        newSerial(),
                        Date.from(now.minus(BACKDATED)),
                        Date.from(now.plus(CA_VALIDITY)),
                        name,
                        pair.getPublic());
        try {
            JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    utils.createSubjectKeyIdentifier(pair.getPublic()));
            return new CertificateAuthority(signed(builder, pair.getPrivate()), pair.getPrivate());
        } catch (IOException | GeneralSecurityException | OperatorCreationException broken) {
            throw new IllegalStateException("cannot make a certificate authority", broken);
        }
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
            byte[] probe = "understudy".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            java.security.Signature signer = java.security.Signature.getInstance(SIGNATURE);
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
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, identity.uri()));
        if (identity.name().matches("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")) {
            names.add(new GeneralName(GeneralName.dNSName, identity.name()));
        }
        for (String address : addresses) {
            names.add(new GeneralName(GeneralName.iPAddress, address));
        }
        X500Name subject =
                new X500NameBuilder(BCStyle.INSTANCE)
                        .addRDN(BCStyle.O, "Understudy cluster " + identity.clusterId())
                        .addRDN(BCStyle.CN, identity.name())
                        .build();
        X509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        certificate,
                        newSerial(),
                        Date.from(now.minus(BACKDATED)),
                        Date.from(now.plus(NODE_VALIDITY)),
                        subject,
                        publicKey);
        try {
            JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(
                            new KeyPurposeId[] {
                                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                            }));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(names.toArray(GeneralName[]::new)));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    utils.createAuthorityKeyIdentifier(certificate));
            return signed(builder, key);
        } catch (IOException | GeneralSecurityException | OperatorCreationException broken) {
            throw new IllegalStateException("cannot certify " + identity, broken);
        }
    }

    private static PublicKey requestedKey(String request) {
        try {
            JcaPKCS10CertificationRequest read =
                    new JcaPKCS10CertificationRequest(
                            Pem.der("CERTIFICATE REQUEST", request, "the certificate request"));
            PublicKey publicKey = read.getPublicKey();
            if (publicKey.getAlgorithm().equals("EC")
                    && read.isSignatureValid(
                            new JcaContentVerifierProviderBuilder().build(publicKey))) {
                return publicKey;
            }
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException broken) {
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
        try {
            PKCS10CertificationRequest request =
                    new JcaPKCS10CertificationRequestBuilder(
                                    new X500NameBuilder(BCStyle.INSTANCE)
                                            .addRDN(BCStyle.CN, name)
                                            .build(),
                                    pair.getPublic())
                            .build(new JcaContentSignerBuilder(SIGNATURE).build(pair.getPrivate()));
            return Pem.text("CERTIFICATE REQUEST", request.getEncoded());
        } catch (IOException | OperatorCreationException broken) {
            throw new IllegalStateException("cannot make a certificate request", broken);
        }
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

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
            throws OperatorCreationException, GeneralSecurityException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    }

    private static BigInteger newSerial() {
        return new BigInteger(127, new SecureRandom()).setBit(0);
    }
}
