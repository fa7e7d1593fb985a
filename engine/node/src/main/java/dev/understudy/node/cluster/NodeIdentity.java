package dev.understudy.node.cluster;

import dev.understudy.core.member.HaException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// This node's key and certificate, and the TLS contexts made of them.
///
/// The contexts stay the same when the certificate is renewed: new connections use the new one. A
/// peer is trusted if the cluster's CA certified it, its certificate names this cluster, and the
/// member list holds its name with that role; host names and addresses do not matter.
public final class NodeIdentity {
    private static final String ALIAS = "node";
    private static final String FILE = "node.pem";

    private final Path keys;
    private final NodeName name;
    private final X509Certificate authority;
    private final Predicate<NodeName> isMember;
    private final X509TrustManager chainCheck;
    private final X509ExtendedKeyManager keyManager = new Keys();
    private volatile Current current;

    private record Current(PrivateKey key, X509Certificate certificate) {}

    private NodeIdentity(
            Path keys,
            NodeName name,
            X509Certificate authority,
            Current current,
            Predicate<NodeName> isMember) {
        this.keys = keys;
        this.name = name;
        this.authority = authority;
        this.current = current;
        this.isMember = isMember;
        this.chainCheck = trusting(authority);
    }

    /// Reads `node.pem` (key and certificate) and `ca.pem` from the key folder.
    ///
    /// @param isMember asked for each peer: is it in the member list with this role?
    /// @throws HaException HA-4106 if a file is missing or unreadable
    public static NodeIdentity load(Path keys, Predicate<NodeName> isMember) {
        Path certificateFile = keys.resolve(FILE);
        String pem = Pem.read(certificateFile);
        Path authorityFile = keys.resolve("ca.pem");
        X509Certificate certificate = Pem.certificate(pem, certificateFile.toString());
        NodeName name =
                NodeName.of(certificate)
                        .orElseThrow(() ->
                                new HaException(
                                        "HA-4106",
                                        certificateFile + " names no node of a cluster",
                                        null,
                                        "join the cluster again"));
        return new NodeIdentity(
                keys,
                name,
                Pem.certificate(Pem.read(authorityFile), authorityFile.toString()),
                new Current(Pem.key(pem, certificateFile.toString()), certificate),
                isMember);
    }

    /// This node's name, role and cluster as certified.
    public NodeName name() {
        return name;
    }

    /// The certificate in use.
    public X509Certificate certificate() {
        return current.certificate();
    }

    /// The cluster's CA certificate.
    public X509Certificate authority() {
        return authority;
    }

    /// Presents this node; for servers that take a key manager.
    public X509ExtendedKeyManager keyManager() {
        return keyManager;
    }

    /// Trusts members; for servers that take a trust manager.
    public X509ExtendedTrustManager trustManager() {
        return new Members(null);
    }

    /// TLS 1.3 for a server; the caller asks for the client's certificate.
    public SSLContext serverContext() {
        return context(keyManager, trustManager());
    }

    /// TLS 1.3 towards any member.
    public SSLContext clientContext() {
        return context(keyManager, trustManager());
    }

    /// TLS 1.3 towards one member and nobody else.
    public SSLContext clientContext(String peer) {
        return context(keyManager, new Members(peer));
    }

    /// Tells who the other end of an established connection is.
    ///
    /// @throws SSLPeerUnverifiedException if it showed no certificate of a member
    public NodeName peer(SSLSession session) throws SSLPeerUnverifiedException {
        return member((X509Certificate) session.getPeerCertificates()[0])
                .orElseThrow(
                        () -> new SSLPeerUnverifiedException("the certificate names no member"));
    }

    /// The name of the other end of an established connection.
    public String peerName(SSLSession session) throws SSLPeerUnverifiedException {
        return peer(session).name();
    }

    /// Tells which member a certificate speaks for, without checking who signed it: for chains that
    /// the TLS layer has checked.
    public Optional<NodeName> member(X509Certificate certificate) {
        return NodeName.of(certificate)
                .filter(peer -> peer.clusterId().equals(name.clusterId()))
                .filter(isMember);
    }

    /// Tells whether half of the certificate's life has passed.
    public boolean isRenewalDue(Instant now) {
        X509Certificate certificate = current.certificate();
        Instant begin = certificate.getNotBefore().toInstant();
        Duration life = Duration.between(begin, certificate.getNotAfter().toInstant());
        return now.isAfter(begin.plus(life.dividedBy(2)));
    }

    /// Makes a new key, has it certified, stores both and uses them from now on.
    ///
    /// @param certifier answers a PKCS#10 request in PEM by a certificate in PEM
    void renew(Function<String, String> certifier) throws IOException {
        KeyPair pair = CertificateAuthority.newKeyPair();
        String pem = certifier.apply(CertificateAuthority.request(pair, name.name()));
        X509Certificate certificate = Pem.certificate(pem, "the renewed certificate");
        if (!certificate.getPublicKey().equals(pair.getPublic())
                || !NodeName.of(certificate).equals(Optional.of(name))) {
            throw new HaException(
                    "HA-4109",
                    "the renewed certificate does not fit " + name.name() + "'s new key",
                    null,
                    "look at the journal of the node that certified it");
        }
        save(keys, pair.getPrivate(), pem);
        current = new Current(pair.getPrivate(), certificate);
    }

    /// Stores key and certificate in one file, so that a power cut never leaves a pair that does
    /// not fit.
    static void save(Path keys, PrivateKey key, String certificate) throws IOException {
        Pem.writeSecret(keys.resolve(FILE), Pem.key(key) + certificate);
    }

    private static SSLContext context(X509ExtendedKeyManager keys, TrustManager trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(new javax.net.ssl.KeyManager[] {keys}, new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("TLS 1.3 is missing", impossible);
        }
    }

    private static X509TrustManager trusting(X509Certificate authority) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("ca", authority);
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager found) return found;
            }
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException("PKIX is missing", impossible);
        }
        throw new IllegalStateException("PKIX gives no trust manager");
    }

    /// Presents the current certificate with the CA behind it: a joiner pins the CA.
    private final class Keys extends X509ExtendedKeyManager {
        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ALIAS;
        }

        @Override
        public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public @Nullable String chooseServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return type.startsWith("EC") ? ALIAS : null;
        }

        @Override
        public String chooseEngineClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return type.startsWith("EC") ? ALIAS : null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {current.certificate(), authority};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return current.key();
        }
    }

    private final class Members extends X509ExtendedTrustManager {
        private final @Nullable String only;

        Members(@Nullable String only) {
            this.only = only;
        }

        private void requireMember(X509Certificate[] chain) throws CertificateException {
            Optional<NodeName> found = member(chain[0]);
            if (found.isEmpty()) {
                throw new CertificateException(
                        "the certificate '%s' belongs to no member of this cluster"
                                .formatted(chain[0].getSubjectX500Principal().getName()));
            }
            if (only != null && !found.get().name().equals(only)) {
                throw new CertificateException(
                        "node %s answered where %s was expected"
                                .formatted(found.get().name(), only));
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            chainCheck.checkClientTrusted(chain, type);
            requireMember(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            chainCheck.checkServerTrusted(chain, type);
            requireMember(chain);
        }

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, @Nullable Socket socket)
                throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, @Nullable Socket socket)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, @Nullable SSLEngine engine)
                throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, @Nullable SSLEngine engine)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[] {authority};
        }
    }
}
