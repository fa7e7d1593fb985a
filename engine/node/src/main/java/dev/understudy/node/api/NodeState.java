package dev.understudy.node.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// This node and how it sees its peers, as shown by `safe cluster state`.
///
/// @param node this node's name; empty before it has joined a cluster
/// @param cluster the cluster's name; empty before
/// @param revision revision of cluster.yaml in force; 0 before
/// @param product version of the software
/// @param startedAtMs milliseconds since 1970 UTC at which the daemon started
/// @param peers the other nodes
/// @param warnings what an operator should know, for instance "guard is not running"
public record NodeState(
        String node,
        String cluster,
        long revision,
        String product,
        long startedAtMs,
        List<PeerNode> peers,
        List<String> warnings) {
    /// Another node of the cluster.
    ///
    /// @param name its name
    /// @param isReachable at least one heartbeat network works in both directions
    /// @param silentMs milliseconds since its last heartbeat; null if none was ever received
    /// @param networks each heartbeat network and whether it works
    public record PeerNode(
            String name, boolean isReachable, @Nullable Long silentMs, List<Network> networks) {}

    /// One heartbeat network towards a peer.
    ///
    /// @param name as in cluster.yaml
    /// @param isUp heartbeats pass in both directions
    /// @param roundTripUs round trip of the last heartbeat in microseconds; null if unknown
    public record Network(String name, boolean isUp, @Nullable Long roundTripUs) {}
}
