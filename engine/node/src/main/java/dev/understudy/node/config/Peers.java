package dev.understudy.node.config;

import java.time.Duration;
import java.util.List;

/// How this room reaches the API of other nodes. Implemented by the wiring.
public interface Peers {
    /// An answer.
    record Answer(int status, byte[] body) {}

    /// This node's name; empty outside a cluster.
    String self();

    /// Names of the other data nodes.
    List<String> others();

    /// Calls a node's API; blocks.
    ///
    /// @param body empty for none
    /// @throws dev.understudy.core.member.HaException HA-4111 if it does not answer
    Answer call(
            String node,
            String method,
            String path,
            String contentType,
            byte[] body,
            Duration timeout)
            throws InterruptedException;

    /// Offers a peer's member list, which may be newer.
    void offerCluster(String clusterYaml, String from) throws java.io.IOException;
}
