package dev.understudy.node.cluster;

import dev.understudy.core.member.HaException;
import dev.understudy.node.cluster.ClusterConfig.Member;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Calls the API of other members over mutual TLS.
///
/// Tries a peer's networks in order, so one that is down costs one connection timeout. Blocks; call
/// it on a virtual thread.
public final class PeerHttp implements AutoCloseable {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(8);

    private final Cluster cluster;
    private final Map<String, Client> clients = new HashMap<>();

    private record Client(NodeIdentity identity, HttpClient http) {}

    /// An answer.
    ///
    /// @param status HTTP status
    /// @param body at most what the peer sent; the caller knows how large that may be
    public record Answer(int status, String contentType, byte[] body, String etag) {}

    /// A call to make.
    ///
    /// @param method for instance `POST`
    /// @param path with query, begins with `/api/v1/`
    /// @param contentType of the body; empty without one
    /// @param body null for none
    /// @param headers further headers
    /// @param timeout for the whole call
    public record Call(
            String method,
            String path,
            String contentType,
            byte @Nullable [] body,
            Map<String, String> headers,
            Duration timeout) {
        /// A call without a body.
        public static Call read(String path, Duration timeout) {
            return new Call("GET", path, "", null, Map.of(), timeout);
        }
    }

    /// Calls members of the cluster that `cluster` holds at the moment of the call.
    public PeerHttp(Cluster cluster) {
        this.cluster = cluster;
    }

    /// Makes a call to a member.
    ///
    /// @throws HaException HA-4110 if it is no member, HA-4111 if it cannot be reached
    public Answer call(String node, Call call) throws InterruptedException {
        Cluster.Joined joined = cluster.required();
        Member member =
                joined.config()
                        .member(node)
                        .orElseThrow(() -> Cluster.unknownNode(node, joined.config()));
        HttpClient http = client(node, joined.identity());
        @Nullable IOException last = null;
        List<String> addresses = member.addressesInOrder(joined.config().networks());
        for (String address : addresses) {
            try {
                return send(http, address, member.ports().api(), call);
            } catch (IOException failed) {
                last = failed;
                // A call that changes something may have arrived: only a refused or timed out
                // connection is certain not to have.
                boolean notSent =
                        failed instanceof java.net.ConnectException
                                || failed instanceof java.net.http.HttpConnectTimeoutException;
                if (!notSent && !call.method().equals("GET")) break;
            }
        }
        throw new HaException(
                "HA-4111",
                "node %s does not answer on %s: %s"
                        .formatted(node, String.join(", ", addresses), reason(last)),
                last,
                "look whether safed runs there and port %d/TCP is open"
                        .formatted(member.ports().api()));
    }

    static Answer send(HttpClient http, String address, int port, Call call)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(IpText.https(address, port, call.path()))
                        .timeout(call.timeout())
                        .method(
                                call.method(),
                                call.body() == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofByteArray(call.body()));
        if (!call.contentType().isEmpty()) request.header("Content-Type", call.contentType());
        call.headers().forEach(request::header);
        HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                response.body(),
                response.headers().firstValue("ETag").orElse(""));
    }

    static String reason(@Nullable Throwable failed) {
        if (failed == null) return "it has no address";
        Throwable deepest = failed;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        String text = deepest.getMessage();
        return text == null || text.isBlank() ? deepest.getClass().getSimpleName() : text;
    }

    static HttpClient http(SSLContext tls) {
        Executor threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("peer-http-", 0).factory());
        return HttpClient.newBuilder()
                .sslContext(tls)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_MAX)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .executor(threads)
                .build();
    }

    private synchronized HttpClient client(String node, NodeIdentity identity) {
        Client known = clients.get(node);
        if (known != null && known.identity().equals(identity)) return known.http();
        if (known != null) known.http().shutdownNow();
        Client made = new Client(identity, http(identity.clientContext(node)));
        clients.put(node, made);
        return made.http();
    }

    @Override
    public synchronized void close() {
        clients.values().forEach(client -> client.http().shutdownNow());
        clients.clear();
    }
}
