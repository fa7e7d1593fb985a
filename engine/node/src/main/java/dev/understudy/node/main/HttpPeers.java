package dev.understudy.node.main;

import dev.understudy.node.cluster.Cluster;
import dev.understudy.node.cluster.ClusterConfig.Member;
import dev.understudy.node.cluster.PeerHttp;
import dev.understudy.node.config.Peers;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Lets the installation reach other nodes over their API.
final class HttpPeers implements Peers {
    private final Cluster cluster;
    private final PeerHttp http;

    HttpPeers(Cluster cluster, PeerHttp http) {
        this.cluster = cluster;
        this.http = http;
    }

    @Override
    public String self() {
        return cluster.current().map(Cluster.Joined::self).orElse("");
    }

    @Override
    public List<String> others() {
        return cluster.current()
                .map(joined ->
                        joined.config().peersOf(joined.self()).stream().map(Member::name).toList())
                .orElse(List.of());
    }

    @Override
    public Answer call(
            String node,
            String method,
            String path,
            String contentType,
            byte[] body,
            Duration timeout)
            throws InterruptedException {
        PeerHttp.Answer answer =
                http.call(
                        node,
                        new PeerHttp.Call(
                                method,
                                path,
                                contentType,
                                body.length == 0 ? null : body,
                                Map.of(),
                                timeout));
        return new Answer(answer.status(), answer.body());
    }

    @Override
    public void offerCluster(String clusterYaml, String from) throws IOException {
        cluster.adopt(clusterYaml, from);
    }
}
