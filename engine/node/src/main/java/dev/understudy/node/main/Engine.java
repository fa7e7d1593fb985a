package dev.understudy.node.main;

import dev.understudy.core.member.HaException;
import dev.understudy.node.api.ModuleState;
import dev.understudy.node.api.NodeState;
import dev.understudy.node.cluster.Cluster;
import dev.understudy.node.cluster.ClusterConfig.Role;
import dev.understudy.node.config.ActiveModule;
import dev.understudy.node.config.ModuleWatcher;
import dev.understudy.node.failover.ModuleFactory;
import dev.understudy.node.failover.ModuleRuntime;
import dev.understudy.node.failover.Modules;
import dev.understudy.node.journal.Entry;
import dev.understudy.node.journal.Journal;
import dev.understudy.node.link.TlsIdentity;
import dev.understudy.node.store.Ticker;
import dev.understudy.safe.Manifest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The modules of this node and their pair: makes, replaces and ends runtimes as membership and
/// configuration change.
final class Engine implements ModuleWatcher, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    private final ModuleFactory factory;
    private final Modules modules;
    private final Journal journal;
    private final Ticker ticker;
    private final String bootId;
    private final Supplier<@Nullable TlsIdentity> identity;
    private final ThirdVote votes;
    private final Map<String, ActiveModule> active = new TreeMap<>();
    private final Set<String> startedAtOnce = new TreeSet<>();
    private @Nullable PairLinks links;
    private Cluster.@Nullable Joined joined;

    /// @param identity asked when a cluster is joined; null = `tls: off`
    /// @param votes where registers are decided
    Engine(
            ModuleFactory factory,
            Modules modules,
            Journal journal,
            Ticker ticker,
            String bootId,
            Supplier<@Nullable TlsIdentity> identity,
            ThirdVote votes) {
        this.factory = factory;
        this.modules = modules;
        this.journal = journal;
        this.ticker = ticker;
        this.bootId = bootId;
        this.identity = identity;
        this.votes = votes;
    }

    /// Takes over membership: opens the links to the peer and brings up the modules.
    synchronized void joined(Cluster.Joined now) {
        joined = now;
        votes.joined(now);
        if (now.role() == Role.WITNESS) return; // it votes, and nothing else
        if (links == null && !now.config().peersOf(now.self()).isEmpty()) openLinks(now);
        for (ActiveModule module : active.values()) {
            if (modules.find(module.name()).isEmpty()) bringUp(module);
        }
    }

    private void openLinks(Cluster.Joined now) {
        try {
            links = PairLinks.open(now, identity.get(), ticker, votes, this::rearm);
        } catch (IOException e) {
            throw new HaException(
                    "HA-4117",
                    "the links to the peer cannot be opened: " + e.getMessage(),
                    e,
                    "free the address and port, then restart safed");
        }
    }

    private void rearm() {
        for (ModuleRuntime module : modules.all()) module.rearm();
    }

    /// Once a second: keys.
    synchronized void poll() {
        PairLinks now = links;
        if (now != null) now.poll();
    }

    @Override
    public synchronized Optional<String> whyNotNow(String module) {
        Optional<ModuleState> state = modules.state(module);
        if (state.isEmpty() || state.get().state() == ModuleState.State.STOP) {
            return Optional.empty();
        }
        return Optional.of(
                module
                        + " is "
                        + state.get().state()
                        + " on "
                        + state.get().node()
                        + ": stop it first");
    }

    @Override
    public synchronized void inForce(ActiveModule module) {
        active.put(module.name(), module);
        takeDown(module.name());
        bringUp(module);
    }

    @Override
    public synchronized void removed(String module) {
        active.remove(module);
        takeDown(module);
    }

    /// Brings a module up as soon as it can: a mirror needs a peer to be a member of the cluster, a
    /// light module this node alone.
    private void bringUp(ActiveModule module) {
        Cluster.Joined now = joined;
        PairLinks pair = links;
        boolean light = module.module().manifest().kind() == Manifest.Kind.LIGHT;
        if (now == null || now.role() == Role.WITNESS || (pair == null && !light)) return;
        try {
            ModuleRuntime runtime =
                    light || pair == null
                            ? factory.makeLight(module, now.self())
                            : factory.make(module, pair.pair());
            modules.add(module.name(), runtime);
            boolean startsNow = startsNow(runtime);
            if (startsNow) startedAtOnce.add(module.name());
            runtime.start(startsNow);
        } catch (IOException | RuntimeException e) {
            LOG.error("module {} cannot be brought up", module.name(), e);
            journal.append(
                    Entry.alarm(
                            module.name(),
                            "MODULE_NOT_UP",
                            "the module cannot be brought up: "
                                    + e.getMessage()
                                    + "; mend it and restart safed"));
        }
    }

    /// After a restart of the daemon alone the module goes on as it was; after a boot of the
    /// machine as an operator said here, else as its configuration says.
    private boolean startsNow(ModuleRuntime runtime) throws IOException {
        String writtenIn = runtime.node().saved().bootId();
        boolean sameBoot = writtenIn.equals(bootId);
        boolean ran = runtime.wasStarted();
        if (sameBoot || writtenIn.isEmpty()) return ran;
        return switch (runtime.boot()) {
            case "on" -> true;
            case "off" -> false;
            default -> ran;
        };
    }

    /// Tells whether every module that was started at once has its directories mounted and what
    /// happened to them before is known, or cannot get there.
    synchronized boolean isSettled() {
        return startedAtOnce.stream()
                .flatMap(name -> modules.find(name).stream())
                .map(runtime -> runtime.node().disk())
                .allMatch(disk -> disk.hasFault() || (disk.isMounted() && disk.isVerified()));
    }

    private void takeDown(String name) {
        Optional<ModuleRuntime> old = modules.remove(name);
        if (old.isEmpty()) return;
        try {
            old.get().close();
        } catch (IOException | RuntimeException e) {
            LOG.error("module {} could not be taken down whole", name, e);
        }
    }

    /// How this node sees its peer, for the API.
    synchronized List<NodeState.PeerNode> peers() {
        Cluster.Joined now = joined;
        PairLinks pair = links;
        if (now == null) return List.of();
        return now.config().peersOf(now.self()).stream()
                .map(peer -> {
                    List<NodeState.Network> networks =
                            peer.addresses().keySet().stream()
                                    .map(network ->
                                            new NodeState.Network(
                                                    network,
                                                    pair != null
                                                            && pair.heart()
                                                                    .isHeard(
                                                                            network,
                                                                            2_000_000_000L),
                                                    null))
                                    .toList();
                    boolean up = networks.stream().anyMatch(NodeState.Network::isUp);
                    return new NodeState.PeerNode(peer.name(), up, up ? 0L : null, networks);
                })
                .toList();
    }

    @Override
    public synchronized void close() throws IOException {
        for (String name : List.copyOf(modules.modules())) takeDown(name);
        PairLinks pair = links;
        if (pair != null) pair.close();
        votes.close();
    }
}
