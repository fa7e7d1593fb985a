package dev.understudy.node.main;

import dev.understudy.node.api.Caller;
import dev.understudy.node.api.PeerProxy;
import dev.understudy.node.cluster.PeerHttp;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/// Passes calls of the API on to other nodes.
final class ProxyDoor implements PeerProxy {
    /// Longer than any call that waits for a change, and than an installation.
    private static final Duration CALL_MAX = Duration.ofMinutes(5);

    private final PeerHttp http;

    ProxyDoor(PeerHttp http) {
        this.http = http;
    }

    @Override
    public Answer call(
            String node, String method, String path, String contentType, byte[] body, Caller caller)
            throws InterruptedException {
        String role = caller.role().name().toLowerCase(Locale.ROOT);
        PeerHttp.Answer answer =
                http.call(
                        node,
                        new PeerHttp.Call(
                                method,
                                path,
                                contentType,
                                body.length == 0 ? null : body,
                                Map.of("Understudy-On-Behalf", caller.name() + " " + role),
                                CALL_MAX));
        return new Answer(answer.status(), answer.contentType(), answer.body(), answer.etag());
    }
}
