package dev.understudy.node.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.core.member.HaException;
import dev.understudy.node.cluster.Cluster.Admission;
import dev.understudy.node.cluster.ClusterConfig.Member;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// The joiner's side: talks to a member that it knows only by the CA key's hash in the token.
final class JoinClient {
    private static final Duration CALL_MAX = Duration.ofSeconds(20);

    private final JoinToken token;
    private final String via;
    private final int port;
    private final ObjectMapper json = new ObjectMapper();

    JoinClient(JoinToken token, String via, int port) {
        this.token = token;
        this.via = via;
        this.port = port;
    }

    /// Applies for membership.
    Admission apply(Member self, String request) throws InterruptedException {
        ObjectNode body = json.createObjectNode();
        body.put("secret", token.secretHex()).put("name", self.name());
        ObjectNode addresses = body.putObject("addresses");
        self.addresses().forEach(addresses::put);
        body.putObject("ports")
                .put("api", self.ports().api())
                .put("link", self.ports().link())
                .put("register", self.ports().register());
        body.put("request", request);
        JsonNode answer = call(pinned(), "POST", "/api/v1/cluster/members", body.toString());
        return new Admission(
                text(answer, "certificate"),
                text(answer, "authority"),
                text(answer, "clusterYaml"),
                text(answer, "admittedBy"));
    }

    /// Fetches the CA's key with the new certificate.
    String authorityKey(NodeIdentity identity, String member) throws InterruptedException {
        return text(
                call(identity.clientContext(member), "GET", "/api/v1/cluster/authority-key", null),
                "key");
    }

    /// Refuses a CA that is not the token's.
    void requirePinned(X509Certificate authority) {
        if (!Arrays.equals(
                CertificateAuthority.keyHash(authority.getPublicKey()), token.authorityHash())) {
            throw foreign();
        }
    }

    private HaException foreign() {
        return new HaException(
                "HA-4205",
                "%s port %d does not belong to the cluster that made this token"
                        .formatted(via, port),
                null,
                "check the address given with --via; if it is right, somebody is in between");
    }

    private JsonNode call(SSLContext tls, String method, String path, @Nullable String body)
            throws InterruptedException {
        try (HttpClient http = PeerHttp.http(tls)) {
            PeerHttp.Answer answer =
                    PeerHttp.send(
                            http,
                            via,
                            port,
                            new PeerHttp.Call(
                                    method,
                                    path,
                                    body == null ? "" : "application/json",
                                    body == null
                                            ? null
                                            : body.getBytes(
                                                    java.nio.charset.StandardCharsets.UTF_8),
                                    Map.of(),
                                    CALL_MAX));
            JsonNode read = json.readTree(answer.body());
            if (answer.status() / 100 == 2) return read;
            throw new HaException(
                    read.path("code").asText("HA-4206"),
                    read.path("message").asText("status " + answer.status() + " from " + via),
                    null,
                    read.path("remedy").asText("look at the journal of the member"));
        } catch (IOException failed) {
            for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
                if (cause instanceof ForeignAuthority) throw foreign();
            }
            throw new HaException(
                    "HA-4206",
                    "%s port %d does not answer: %s".formatted(via, port, PeerHttp.reason(failed)),
                    failed,
                    "check the address, that safed runs there, and that the port is open");
        }
    }

    private String text(JsonNode answer, String key) {
        JsonNode value = answer.path(key);
        if (value.isTextual()) return value.asText();
        throw new HaException(
                "HA-4206",
                "%s port %d answered without '%s'".formatted(via, port, key),
                null,
                "use the same version of the software on all nodes");
    }

    private SSLContext pinned() {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, new TrustManager[] {new Pinned()}, null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("TLS 1.3 is missing", impossible);
        }
    }

    private static final class ForeignAuthority extends CertificateException {
        private static final long serialVersionUID = 1L;

        ForeignAuthority(String text) {
            super(text);
        }
    }

    /// Trusts a chain of two whose second certificate has the pinned key and signed the first.
    private final class Pinned extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            if (chain.length != 2) throw new ForeignAuthority("a chain of two is expected");
            X509Certificate authority = chain[1];
            byte[] hash = CertificateAuthority.keyHash(authority.getPublicKey());
            if (!Arrays.equals(hash, token.authorityHash())) {
                throw new ForeignAuthority("the CA is not the one that the token names");
            }
            try {
                authority.checkValidity();
                authority.verify(authority.getPublicKey());
                chain[0].checkValidity();
                chain[0].verify(authority.getPublicKey());
            } catch (CertificateException broken) {
                throw broken;
            } catch (GeneralSecurityException broken) {
                throw new CertificateException("the certificate chain is broken", broken);
            }
            boolean isData =
                    NodeName.of(chain[0])
                            .filter(name -> name.clusterId().equals(token.clusterId()))
                            .filter(name -> name.role() == ClusterConfig.Role.DATA)
                            .isPresent();
            if (!isData) throw new CertificateException("it is no data node of the cluster");
        }

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, @Nullable Socket socket)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, @Nullable SSLEngine engine)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            throw new CertificateException("a joiner is no server");
        }

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, @Nullable Socket socket)
                throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, @Nullable SSLEngine engine)
                throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
