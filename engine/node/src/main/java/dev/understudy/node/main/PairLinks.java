package dev.understudy.node.main;

import dev.understudy.core.member.HaException;
import dev.understudy.node.cluster.Cluster;
import dev.understudy.node.cluster.ClusterConfig.Member;
import dev.understudy.node.failover.ModuleFactory;
import dev.understudy.node.failover.RegisterVotes;
import dev.understudy.node.heart.Heart;
import dev.understudy.node.link.Links;
import dev.understudy.node.link.PeerLink;
import dev.understudy.node.link.TlsIdentity;
import dev.understudy.node.rfs.ReplicaSetup;
import dev.understudy.node.store.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything between this node and its peer: listener, control link, heartbeats and their keys.
///
/// A mirror has two nodes; in a cluster of more the first other data node is the peer.
final class PairLinks implements AutoCloseable {
    private static final long BEAT_NS = 200_000_000L;

    private final Links links;
    private final Heart heart;
    private final PeerLink control;
    private final HeartKeys keys;
    private final ModuleFactory.Pair pair;

    private PairLinks(
            Links links, Heart heart, PeerLink control, HeartKeys keys, ModuleFactory.Pair pair) {
        this.links = links;
        this.heart = heart;
        this.control = control;
        this.keys = keys;
        this.pair = pair;
    }

    /// Opens the listener, the heartbeats and the control link to the peer.
    ///
    /// @param identity null = `tls: off`
    /// @param votes where the registers of modules are decided
    /// @param keyed called when a new key for the heartbeats is agreed upon
    /// @throws HaException HA-3201 if an address or port cannot be had
    static PairLinks open(
            Cluster.Joined joined,
            @Nullable TlsIdentity identity,
            Ticker ticker,
            RegisterVotes votes,
            Runnable keyed)
            throws IOException {
        Member self = joined.member();
        Member peer = joined.config().peersOf(joined.self()).getFirst();
        List<Heart.Network> networks = new ArrayList<>();
        List<InetSocketAddress> listening = new ArrayList<>();
        List<InetSocketAddress> remotes = new ArrayList<>();
        List<ReplicaSetup.Way> ways = new ArrayList<>();
        for (String network : joined.config().networks()) {
            String ours = self.addresses().get(network);
            String theirs = peer.addresses().get(network);
            if (ours == null || theirs == null) continue;
            InetSocketAddress local = at(ours, self.ports().link());
            InetSocketAddress remote = at(theirs, peer.ports().link());
            networks.add(new Heart.Network(network, local, remote));
            listening.add(local);
            remotes.add(remote);
            ways.add(new ReplicaSetup.Way(remote, at(ours, 0)));
        }
        if (networks.isEmpty()) {
            throw new HaException(
                    "HA-4116",
                    "nodes " + self.name() + " and " + peer.name() + " share no network",
                    null,
                    "give both an address in one network of cluster.yaml");
        }
        String cluster = joined.config().id();
        Links links = new Links(cluster, self.name(), identity);
        try {
            links.listen(listening);
            Heart heart = new Heart(networks, BEAT_NS, ticker);
            PeerLink control = new PeerLink(links, peer.name(), remotes);
            HeartKeys keys = new HeartKeys(self.name(), peer.name(), control, heart, keyed);
            PeerLink.receive(
                    links,
                    (node, module, payload) -> {
                        if (node.equals(peer.name()) && module.equals(HeartKeys.CHANNEL)) {
                            keys.receive(payload);
                        }
                    });
            heart.start();
            control.start();
            keys.poll();
            return new PairLinks(
                    links,
                    heart,
                    control,
                    keys,
                    new ModuleFactory.Pair(
                            cluster, self.name(), peer.name(), ways, links, heart, votes));
        } catch (IOException | RuntimeException e) {
            links.close();
            throw e;
        }
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    /// What the modules need of the pair.
    ModuleFactory.Pair pair() {
        return pair;
    }

    /// Asks for the key of the heartbeats until there is one.
    void poll() {
        keys.poll();
    }

    Heart heart() {
        return heart;
    }

    @Override
    public void close() throws IOException {
        control.close();
        heart.close();
        links.close();
    }
}
