package dev.understudy.tools.control;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// The daemon that a command talks to.
final class Daemon {
    private static final Duration CALL_MAX = Duration.ofSeconds(30);
    private static final int CONNECT_MS_MAX = 5000;

    private final Way way;
    private final String node;

    /// How to reach it.
    sealed interface Way {
        /// Over the local socket.
        record Local(Path socket) implements Way {}

        /// Over HTTPS with a bearer token.
        ///
        /// @param authority PEM file of the cluster's CA
        record Remote(URI address, String token, Path authority) implements Way {}
    }

    /// @param node the node to which calls are passed on; empty for the daemon itself
    Daemon(Way way, String node) {
        this.way = way;
        this.node = node;
    }

    /// An answer of a call that went well.
    record Answer(Json json, String etag) {}

    Json get(String path) {
        return call("GET", path, "", null, CALL_MAX).json();
    }

    Json getWithin(String path, Duration timeout) {
        return call("GET", path, "", null, timeout).json();
    }

    Answer getTagged(String path, Duration timeout) {
        return call("GET", path, "", null, timeout);
    }

    Json send(String method, String path, @Nullable Map<String, ?> body) {
        return send(method, path, body, CALL_MAX);
    }

    Json send(String method, String path, @Nullable Map<String, ?> body, Duration timeout) {
        byte[] bytes = body == null ? null : Json.write(body).getBytes(StandardCharsets.UTF_8);
        return call(method, path, "application/json", bytes, timeout).json();
    }

    /// Gets bytes.
    byte[] download(String path) {
        Wire.Answer answer = exchange("GET", path, "", null, Duration.ofMinutes(2));
        if (answer.status() / 100 == 2) return answer.body();
        throw Failure.answered(answer.status(), json(answer));
    }

    Json upload(String path, byte[] bytes) {
        return call("PUT", path, "application/octet-stream", bytes, Duration.ofMinutes(2)).json();
    }

    /// Makes a call.
    ///
    /// @throws Failure refused by the daemon, or it cannot be reached, or it does not answer in
    ///   time
    Answer call(
            String method,
            String path,
            String contentType,
            byte @Nullable [] body,
            Duration timeout) {
        Wire.Answer answer = exchange(method, path, contentType, body, timeout);
        Json json = json(answer);
        if (answer.status() / 100 != 2) throw Failure.answered(answer.status(), json);
        return new Answer(json, answer.headers().getOrDefault("ETag", ""));
    }

    /// Fetches bytes that are no JSON.
    ///
    /// @throws Failure as [#call]
    byte[] download(String path, Duration timeout) {
        Wire.Answer answer = exchange("GET", path, "", null, timeout);
        if (answer.status() / 100 != 2) throw Failure.answered(answer.status(), json(answer));
        return answer.body();
    }

    private Json json(Wire.Answer answer) {
        try {
            return Json.parse(answer.body());
        } catch (IOException malformed) {
            throw Failure.unreachable(
                    "status %d without JSON came from %s".formatted(answer.status(), place()),
                    "look whether it really is a daemon of this software");
        }
    }

    private Wire.Answer exchange(
            String method,
            String path,
            String contentType,
            byte @Nullable [] body,
            Duration timeout) {
        try {
            Map<String, String> headers = new LinkedHashMap<>();
            if (!node.isEmpty()) headers.put("Understudy-Node", node);
            return switch (way) {
                case Way.Local local ->
                        local(local, method, path, headers, contentType, body, timeout);
                case Way.Remote remote ->
                        remote(remote, method, path, headers, contentType, body, timeout);
            };
        } catch (AsynchronousCloseException | java.net.SocketTimeoutException late) {
            throw Failure.timedOut(
                    "the daemon did not answer within %d s".formatted(timeout.toSeconds()),
                    "look at its log and whether it is paused");
        } catch (IOException failed) {
            throw unreachable(failed);
        }
    }

    private static Wire.Answer local(
            Way.Local way,
            String method,
            String path,
            Map<String, String> headers,
            String contentType,
            byte @Nullable [] body,
            Duration timeout)
            throws IOException {
        headers.put("Host", "localhost");
        headers.put("Understudy-User", System.getProperty("user.name", "local"));
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(way.socket()))) {
            Thread guard = Thread.ofVirtual().start(() -> closeAfter(timeout, channel));
            try {
                return new Wire(
                                new BufferedInputStream(Channels.newInputStream(channel)),
                                new BufferedOutputStream(Channels.newOutputStream(channel)))
                        .call(method, path, headers, contentType, body);
            } finally {
                guard.interrupt();
            }
        }
    }

    /// Ends a read that takes too long: a Unix socket has no read timeout in Java, but closing it
    /// from outside ends the read.
    private static void closeAfter(Duration timeout, SocketChannel channel) {
        try {
            Thread.sleep(timeout);
            channel.close();
        } catch (InterruptedException answered) {
            Thread.currentThread().interrupt();
        } catch (IOException closed) {
            throw new java.io.UncheckedIOException(closed);
        }
    }

    private static Wire.Answer remote(
            Way.Remote way,
            String method,
            String path,
            Map<String, String> headers,
            String contentType,
            byte @Nullable [] body,
            Duration timeout)
            throws IOException {
        String host = way.address().getHost();
        int port = way.address().getPort() < 0 ? 9453 : way.address().getPort();
        headers.put("Host", host + ":" + port);
        headers.put("Authorization", "Bearer " + way.token());
        try (SSLSocket socket =
                (SSLSocket) trusting(way.authority()).getSocketFactory().createSocket()) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            socket.connect(new InetSocketAddress(plain, port), CONNECT_MS_MAX);
            socket.setSoTimeout((int) timeout.toMillis());
            return new Wire(
                            new BufferedInputStream(socket.getInputStream()),
                            new BufferedOutputStream(socket.getOutputStream()))
                    .call(method, path, headers, contentType, body);
        }
    }

    private static SSLContext trusting(Path authority) throws IOException {
        try (InputStream in = Files.newInputStream(authority)) {
            Certificate certificate =
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("ca", certificate);
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException broken) {
            throw new IOException(authority + " is not a CA certificate in PEM", broken);
        }
    }

    private String place() {
        return switch (way) {
            case Way.Local(Path socket) -> socket.toString();
            case Way.Remote remote -> remote.address().toString();
        };
    }

    private Failure unreachable(IOException failed) {
        return switch (way) {
            case Way.Local(Path socket)
                    when !Files.exists(socket) && Files.exists(socket.resolveSibling("witness")) ->
                    Failure.unreachable(
                            "this host is the cluster's witness: it votes and answers no commands",
                            "ask a data node; `safe cluster state` there shows its vote");
            case Way.Local(Path socket) when !Files.exists(socket) ->
                    Failure.unreachable(
                            "no daemon runs here: %s is not there".formatted(socket),
                            "start it (`systemctl start understudy`), or name its folder with"
                                    + " --home");
            case Way.Local(Path socket) when failed instanceof ConnectException ->
                    Failure.unreachable(
                            "nobody answers on " + socket,
                            "the daemon has ended; start it (`systemctl start understudy`)");
            case Way.Local(Path socket) ->
                    Failure.unreachable(
                            "%s: %s".formatted(socket, failed.getMessage()),
                            "run as root or a member of group understudy");
            case Way.Remote remote when failed instanceof SSLException ->
                    Failure.unreachable(
                            "%s is not trusted: %s"
                                    .formatted(remote.address(), failed.getMessage()),
                            "give the cluster's CA with --ca (etc/keys/ca.pem of a node)");
            case Way.Remote remote ->
                    Failure.unreachable(
                            "%s does not answer: %s"
                                    .formatted(remote.address(), failed.getMessage()),
                            "check the address and that port 9453/TCP is open");
        };
    }
}
