package dev.understudy.node.cluster;

import dev.understudy.core.member.HaException;
import dev.understudy.node.store.AtomicFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/// Keys and certificates as PEM text (RFC 7468), in files that only their owner may read.
final class Pem {
    /// Largest PEM text that is read, in bytes.
    private static final int BYTES_MAX = 64 * 1024;

    private Pem() {}

    static String certificate(X509Certificate certificate) {
        try {
            return text("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateException impossible) {
            throw new IllegalStateException("certificate cannot be encoded", impossible);
        }
    }

    static String key(PrivateKey key) {
        return text("PRIVATE KEY", key.getEncoded());
    }

    static String text(String kind, byte[] der) {
        Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(kind, lines.encodeToString(der), kind);
    }

    /// Decodes PEM text of the given kind.
    ///
    /// @throws HaException HA-4106 if the text is not that
    static byte[] der(String kind, String pem, String where) {
        String begin = "-----BEGIN " + kind + "-----";
        int from = pem.indexOf(begin);
        int to = pem.indexOf("-----END " + kind + "-----");
        if (pem.length() > BYTES_MAX || from < 0 || to < from) throw unreadable(where, null);
        try {
            return Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to).strip());
        } catch (IllegalArgumentException broken) {
            throw unreadable(where, broken);
        }
    }

    static X509Certificate certificate(String pem, String where) {
        try {
            Certificate read =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(der("CERTIFICATE", pem, where)));
            return (X509Certificate) read;
        } catch (CertificateException broken) {
            throw unreadable(where, broken);
        }
    }

    static PrivateKey key(String pem, String where) {
        try {
            return KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(der("PRIVATE KEY", pem, where)));
        } catch (GeneralSecurityException broken) {
            throw unreadable(where, broken);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException cannotRead) {
            throw unreadable(file.toString(), cannotRead);
        }
    }

    static void writeSecret(Path file, String pem) throws IOException {
        AtomicFile.write(file, pem.getBytes(StandardCharsets.US_ASCII), "rw-------");
    }

    static void writePublic(Path file, String pem) throws IOException {
        AtomicFile.write(file, pem.getBytes(StandardCharsets.US_ASCII), "rw-r--r--");
    }

    private static HaException unreadable(
            String where, @org.jspecify.annotations.Nullable Throwable cause) {
        return new HaException(
                "HA-4106",
                "%s is not a readable key or certificate".formatted(where),
                cause,
                "restore the file from a backup, or join the cluster again");
    }
}
