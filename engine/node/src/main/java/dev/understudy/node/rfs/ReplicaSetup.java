package dev.understudy.node.rfs;

import dev.understudy.node.link.Links;
import dev.understudy.node.rfs.quarantine.Quarantine;
import dev.understudy.node.rfs.resync.Resynced;
import dev.understudy.node.store.Ticker;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a [Replica] is made of.
///
/// @param module name of the module
/// @param node name of this node
/// @param cluster name of the cluster
/// @param peer name of the other node
/// @param ways how the peer is reached, best first
/// @param links this node's end of all connections
/// @param folder where the metadata live, outside the replicated directories
/// @param bootId of the machine's present boot
/// @param isFirstAtBoot asked when the mounts stand: whether, since the machine came up, no login
///   and no service could change the directories
/// @param onResynced hears on the module's loop how each resynchronisation ended; must not block
/// @param quarantine where goes what this copy has of its own before it is overwritten
/// @param ticker the node's clock, the one that leases are stated on
public record ReplicaSetup(
        String module,
        String node,
        String cluster,
        String peer,
        List<Way> ways,
        Links links,
        Path folder,
        String bootId,
        BooleanSupplier isFirstAtBoot,
        Ticker ticker,
        Tuning tuning,
        Quarantine quarantine,
        Consumer<Resynced> onResynced) {
    /// One way to the peer.
    ///
    /// @param remote address and replication port of the peer
    /// @param local address of this node to come from, null = any
    public record Way(InetSocketAddress remote, @Nullable InetSocketAddress local) {}
}
