package dev.understudy.node.rfs;

import dev.understudy.node.link.TlsIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Two nodes that know each other's certificates, made by the JDK's keytool.
final class TestIdentity {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private TestIdentity() {}

    /// Gives the identities of the nodes a and b.
    static List<TlsIdentity> pair(Path folder) throws IOException, GeneralSecurityException {
        KeyStore a = keys(folder, "a");
        KeyStore b = keys(folder, "b");
        List<TlsIdentity> identities = new ArrayList<>();
        identities.add(identity(a, b.getCertificate("b")));
        identities.add(identity(b, a.getCertificate("a")));
        return identities;
    }

    private static KeyStore keys(Path folder, String name)
            throws IOException, GeneralSecurityException {
        Path file = folder.resolve(name + ".p12");
        Process tool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                name,
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=" + name,
                                "-validity",
                                "2",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                file.toString(),
                                "-storepass",
                                new String(PASSWORD))
                        .inheritIO()
                        .start();
        try {
            if (tool.waitFor() != 0) {
                throw new IOException("keytool failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private static TlsIdentity identity(KeyStore own, Certificate peer)
            throws IOException, GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("peer", peer);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return new TlsIdentity() {
            @Override
            public SSLContext context() {
                return context;
            }

            @Override
            public String nodeOf(Certificate[] chain) {
                String name = ((X509Certificate) chain[0]).getSubjectX500Principal().getName();
                return name.substring("CN=".length());
            }
        };
    }
}
