package dev.understudy.node.failover;

import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Timing;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.QuarantineLimits;
import dev.understudy.node.api.ModuleQuarantine;
import dev.understudy.node.api.ModuleState;
import dev.understudy.node.check.CheckSources;
import dev.understudy.node.check.Checkers;
import dev.understudy.node.check.Health;
import dev.understudy.node.check.ModuleCheckers;
import dev.understudy.node.check.ResourceState;
import dev.understudy.node.config.ActiveModule;
import dev.understudy.node.guard.GuardClient;
import dev.understudy.node.heart.Heart;
import dev.understudy.node.journal.Entry;
import dev.understudy.node.journal.Journal;
import dev.understudy.node.link.Links;
import dev.understudy.node.rfs.Directory;
import dev.understudy.node.rfs.MountedFront;
import dev.understudy.node.rfs.Replica;
import dev.understudy.node.rfs.ReplicaSetup;
import dev.understudy.node.rfs.Tuning;
import dev.understudy.node.rfs.front.FrontListener;
import dev.understudy.node.rfs.front.FuseFront;
import dev.understudy.node.rfs.front.MountCheck;
import dev.understudy.node.rfs.front.MutationSink;
import dev.understudy.node.rfs.quarantine.Quarantine;
import dev.understudy.node.rfs.resync.Resynced;
import dev.understudy.node.rfs.tree.Applier;
import dev.understudy.node.rfs.tree.Excludes;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.node.script.Application;
import dev.understudy.node.script.ModuleApplication;
import dev.understudy.node.script.ModuleLog;
import dev.understudy.node.script.ModuleView;
import dev.understudy.node.script.ScriptHosts;
import dev.understudy.node.store.Home;
import dev.understudy.node.store.Ticker;
import dev.understudy.node.vip.AddressCheck;
import dev.understudy.node.vip.PingWitness;
import dev.understudy.node.vip.VipSpec;
import dev.understudy.node.vip.VirtualIp;
import dev.understudy.posix.net.EventLoop;
import dev.understudy.posix.process.Cgroups;
import dev.understudy.safe.Replication;
import dev.understudy.safe.UserConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the runtime of a configured module out of the rooms of the node.
public final class ModuleFactory {
    private static final Logger LOG = LoggerFactory.getLogger(ModuleFactory.class);
    private static final long WITNESS_INTERVAL_NS = 100_000_000L;

    private final Shared shared;

    /// What all modules of a node share.
    ///
    /// @param modules all modules of the node, for those that look at others
    /// @param instance tells this daemon from others on the machine: letters and digits, the same
    ///   at every start
    /// @param hooks the script host that runs hooks
    /// @param checkers the script host that runs checkers
    /// @param hostLoop runs announcements of addresses and pings; may wait for milliseconds
    public record Shared(
            Home home,
            Modules modules,
            Ticker ticker,
            Journal journal,
            GuardClient guard,
            ScriptHosts hooks,
            ScriptHosts checkers,
            EventLoop hostLoop,
            Optional<Cgroups> cgroups,
            ModuleLoop.Life life,
            String instance,
            RandomGenerator random) {}

    /// The pair of nodes that a module runs on.
    ///
    /// @param cluster name of the cluster
    /// @param ways how the peer is reached, best first
    /// @param votes where registers are decided
    public record Pair(
            String cluster,
            String self,
            String peer,
            List<ReplicaSetup.Way> ways,
            Links links,
            Heart heart,
            RegisterVotes votes) {}

    /// Keeps what all modules share.
    public ModuleFactory(Shared shared) {
        this.shared = shared;
    }

    /// Said by whoever starts the daemon before every login and service: `1`, or the path of a file
    /// that is there as long as that is true (understudy.service).
    private static boolean isFirstAtBoot() {
        String said = System.getenv("UNDERSTUDY_FIRST_AT_BOOT");
        return said != null
                && (said.equals("1") || (said.startsWith("/") && Files.exists(Path.of(said))));
    }

    /// Makes a module's runtime; it does nothing before [ModuleRuntime#start].
    ///
    /// @throws IOException if a directory, the records or the metadata cannot be opened
    public ModuleRuntime make(ActiveModule module, Pair pair) throws IOException {
        return new Making(
                        module,
                        new Place(pair.self(), pair.peer(), pair.heart(), pair.votes(), pair))
                .make();
    }

    /// Makes the runtime of a module of kind light, which needs no peer.
    ///
    /// @param self name of this node
    /// @throws IOException if the records cannot be opened
    public ModuleRuntime makeLight(ActiveModule module, String self) throws IOException {
        // A heart without networks, never started: it has nobody to speak to.
        Heart mute = new Heart(List.of(), Timing.DEFAULT.beatNs(), shared.ticker());
        return new Making(module, new Place(self, self, mute, RegisterVotes.NONE, null)).make();
    }

    /// Where a module runs.
    ///
    /// @param peer the same as `self` for a module of kind light
    /// @param pair null for a module of kind light
    private record Place(
            String self, String peer, Heart heart, RegisterVotes votes, @Nullable Pair pair) {}

    /// The parts of one module while they are put together.
    private final class Making {
        private final ActiveModule module;
        private final Place place;
        private final String name;
        private final UserConfig config;
        private final Path folder;
        private final AtomicReference<ModuleRuntime> runtime = new AtomicReference<>();
        private final List<MountedFront> fronts = new ArrayList<>();
        private final ScriptProgress progress = new ScriptProgress();
        private final List<VipSpec> vipSpecs = new ArrayList<>();
        private @Nullable Quarantine quarantine;

        Making(ActiveModule module, Place place) {
            this.module = module;
            this.place = place;
            this.name = module.name();
            this.config = module.config();
            this.folder = shared.home().data(name);
            for (var vip : config.virtualIps()) {
                int bits = vip.address().getAddress().length * 8;
                int prefix = vip.prefixLength() < 0 ? bits : vip.prefixLength();
                vipSpecs.add(new VipSpec(vip.address(), prefix, vip.networkInterface()));
            }
        }

        ModuleRuntime make() throws IOException {
            Files.createDirectories(folder);
            AtomicReference<Consumer<Event>> inbox = new AtomicReference<>(_ -> {});
            Application application = application();
            Checkers checkers =
                    new ModuleCheckers(
                            config,
                            sources(application),
                            state -> changed(state, inbox.get()),
                            (LongSupplier) shared.ticker()::nowNs);
            checkersHeld.set(checkers);
            VirtualIp vip =
                    new VirtualIp(
                            name.replace('-', '_'), vipSpecs, shared.hostLoop(), vipListener());
            ModuleRuntime made =
                    ModuleRuntime.open(
                            new ModuleRuntime.Facts(
                                    name,
                                    module.version().version(),
                                    module.version().configDigest(),
                                    !config.replication().directories().isEmpty(),
                                    config.replication()
                                            .durability()
                                            .name()
                                            .toLowerCase(java.util.Locale.ROOT),
                                    config.module()
                                            .boot()
                                            .name()
                                            .toLowerCase(java.util.Locale.ROOT),
                                    config.module().swapBack()),
                            SettingsOf.of(module, place.self(), place.peer()),
                            folder,
                            shared.life(),
                            shared.ticker(),
                            shared.journal(),
                            place.heart(),
                            place.votes(),
                            shared.random(),
                            new ModuleRuntime.Views(
                                    () -> addresses(vip),
                                    checkers::states,
                                    checkers::off,
                                    checkers::action,
                                    checkers::say,
                                    checkers::enable,
                                    door(),
                                    progress::of),
                            new ModuleRuntime.Makers(
                                    this::data,
                                    report -> {
                                        inbox.set(report);
                                        return surroundings(report, vip, application, checkers);
                                    }));
            runtime.set(made);
            application.killLeftovers();
            return made;
        }

        private final AtomicReference<Checkers> checkersHeld = new AtomicReference<>();

        private void changed(ResourceState state, Consumer<Event> report) {
            Checkers checkers = checkersHeld.get();
            String action = checkers == null ? "none" : checkers.action(state.id());
            if (state.health() != Health.INIT) {
                shared.journal()
                        .append(
                                Entry.event(
                                                name,
                                                "RESOURCE_" + state.health(),
                                                state.id()
                                                        + " is "
                                                        + state.health()
                                                        + " "
                                                        + state.detail())
                                        .with("resource", state.id())
                                        .with("action", action));
            }
            HostSurroundings.changed(state, action, services(state.id()), shared.ticker(), report);
        }

        private List<String> services(String resource) {
            return config.processes().stream()
                    .filter(process -> resource.equals("process." + process.id()))
                    .flatMap(process -> process.services().stream())
                    .toList();
        }

        private Surroundings surroundings(
                Consumer<Event> report, VirtualIp vip, Application application, Checkers checkers) {
            return new HostSurroundings(
                    new HostSurroundings.Parts(
                            name,
                            shared.ticker(),
                            shared.journal(),
                            place.heart(),
                            shared.guard(),
                            vip,
                            vipSpecs,
                            witnesses(),
                            new FencingCommands(
                                    name,
                                    place.self(),
                                    place.peer(),
                                    config.isolation().fencing(),
                                    shared.ticker()),
                            application,
                            checkers,
                            () ->
                                    fronts.stream()
                                            .map(MountedFront::deviceFd)
                                            .filter(fd -> fd >= 0)
                                            .toList(),
                            config.replication().directories().stream()
                                    .map(directory -> Path.of(directory.path()))
                                    .toList(),
                            shared.instance() + "/" + name),
                    report);
        }

        private List<PingWitness> witnesses() {
            List<PingWitness> witnesses = new ArrayList<>();
            for (String witness : config.isolation().witnesses()) {
                witnesses.add(
                        witness.equals(UserConfig.Isolation.GATEWAY)
                                ? PingWitness.gateway(WITNESS_INTERVAL_NS, shared.hostLoop())
                                : PingWitness.of(
                                        literal(witness), WITNESS_INTERVAL_NS, shared.hostLoop()));
            }
            witnesses.forEach(PingWitness::start);
            return witnesses;
        }

        private InetAddress literal(String address) {
            return InetAddress.ofLiteral(address);
        }

        private List<ModuleState.Address> addresses(VirtualIp vip) {
            boolean raised = vip.isRaised();
            List<ModuleState.Address> shown = new ArrayList<>();
            for (var one : config.virtualIps()) {
                shown.add(
                        new ModuleState.Address(
                                one.id(),
                                one.address().getHostAddress(),
                                raised ? one.networkInterface() : "",
                                raised));
            }
            return shown;
        }

        private VirtualIp.Listener vipListener() {
            return new VipEvents(name, shared.journal());
        }

        private DataPath data(Consumer<Event> report) {
            Pair pair = place.pair();
            return pair == null ? new NoData() : replicated(pair, report);
        }

        private DataPath replicated(Pair pair, Consumer<Event> report) {
            try {
                EventLoop loop =
                        new EventLoop(
                                "data-" + name,
                                fault -> {
                                    LOG.error("data path of {}", name, fault);
                                    report.accept(
                                            new Event.Fault(
                                                    shared.ticker().nowNs(), fault.toString()));
                                });
                loop.start();
                ReplicaSetup setup =
                        new ReplicaSetup(
                                name,
                                pair.self(),
                                pair.cluster(),
                                pair.peer(),
                                pair.ways(),
                                pair.links(),
                                folder,
                                shared.life().bootId(),
                                ModuleFactory::isFirstAtBoot,
                                shared.ticker(),
                                tuning(),
                                quarantine(),
                                this::resynced);
                Replica replica =
                        new Replica(
                                setup,
                                loop,
                                report::accept,
                                sink -> directories(sink, loop, report));
                return new ReplicaPath(replica, loop);
            } catch (IOException e) {
                throw new UncheckedIOException("data path of " + name, e);
            }
        }

        private Path quarantineFolder() {
            return folder.resolve("quarantine");
        }

        /// One for the data path and the door: both know what the other one changed.
        private Quarantine quarantine() throws IOException {
            Quarantine made = quarantine;
            if (made == null) {
                Replication.Quarantine limits = config.replication().quarantine();
                made =
                        new Quarantine(
                                quarantineFolder(),
                                new QuarantineLimits(limits.maxSize().bytes(), limits.maxAge()),
                                InstantSource.system(),
                                text ->
                                        shared.journal()
                                                .append(
                                                        Entry.event(
                                                                name, "QUARANTINE_EXPIRED", text)));
                quarantine = made;
            }
            return made;
        }

        private Optional<ModuleQuarantine> door() throws IOException {
            if (place.pair() == null) {
                return Optional.empty();
            }
            Map<String, Path> paths = new HashMap<>();
            config.replication()
                    .directories()
                    .forEach(one -> paths.put(one.id(), Path.of(one.path())));
            return Optional.of(
                    new QuarantineDoor(
                            name,
                            place.self(),
                            quarantine(),
                            quarantineFolder(),
                            paths,
                            this::isServing));
        }

        private boolean isServing() {
            ModuleRuntime made = runtime.get();
            return made != null && made.node().isServing();
        }

        private void resynced(Resynced end) {
            boolean complete = end.failure().isEmpty();
            String text =
                    (end.isSource() ? "resynchronisation of the peer " : "resynchronisation ")
                            + (complete ? "is complete" : "came to nothing: " + end.failure());
            shared.journal()
                    .append(
                            Entry.event(name, complete ? "RESYNC_DONE" : "RESYNC_FAILED", text)
                                    .with("direction", end.isSource() ? "to-peer" : "from-peer")
                                    .with("comparedAll", end.comparedAll())
                                    .with("resyncBytes", end.bytesCopied())
                                    .with("comparedBytes", end.bytesCompared())
                                    .with("files", end.files())
                                    .with("ms", end.ms()));
        }

        private Tuning tuning() {
            Tuning base = Tuning.DEFAULT;
            return new Tuning(
                    config.replication().acknowledgeWithin().toNanos(),
                    base.pointNs(),
                    base.queueBytes(),
                    base.inFlightBytes(),
                    config.replication().resyncLimit().map(l -> l.bytesPerSecond()).orElse(0L),
                    base.confirmNs(),
                    config.replication().durability() == Replication.Durability.DISK);
        }

        private List<Directory> directories(
                MutationSink sink, EventLoop loop, Consumer<Event> report) {
            List<Directory> directories = new ArrayList<>();
            for (Replication.Directory one : config.replication().directories()) {
                int ordinal = directories.size();
                try {
                    MountCheck.check(Path.of(one.path()), shared.home().lib());
                    LowerTree tree =
                            LowerTree.open(
                                    Path.of(one.path()),
                                    FileId.ofRoot(name, one.id()),
                                    folder.resolve("index-" + one.id()),
                                    Excludes.of(one.exclude()));
                    MountedFront front =
                            new MountedFront(
                                    tree,
                                    loop,
                                    sink,
                                    FuseFront.Options.of(ordinal, "understudy-" + name),
                                    frontListener(report));
                    fronts.add(front);
                    directories.add(
                            new Directory(one.id(), ordinal, tree, new Applier(tree), front));
                } catch (IOException e) {
                    throw new UncheckedIOException("replicated directory " + one.path(), e);
                }
            }
            return directories;
        }

        private FrontListener frontListener(Consumer<Event> report) {
            return new FrontListener() {
                @Override
                public void gone(Throwable why) {
                    report.accept(
                            new Event.Fault(
                                    shared.ticker().nowNs(), "the mount went away: " + why));
                }

                @Override
                public void fault(Throwable fault) {
                    LOG.error("a request on a mount of {} failed", name, fault);
                }
            };
        }

        private Application application() {
            return new ModuleApplication(
                    new ModuleApplication.Parts(
                            shared.instance(),
                            module.module(),
                            module.resolved(),
                            shared.hooks(),
                            shared.checkers(),
                            new View(name, runtime, progress),
                            log(),
                            shared.home().run().resolve("scripts").resolve(name),
                            shared.home().logs().resolve("traces").resolve(name),
                            shared.cgroups(),
                            shared.ticker()::nowNs));
        }

        private ModuleLog log() {
            return (level, source, text) ->
                    shared.journal()
                            .append(
                                    new Entry.Draft(
                                            name,
                                            Entry.Kind.OUTPUT,
                                            0,
                                            source,
                                            text,
                                            Map.of("level", level)));
        }

        private CheckSources sources(Application application) {
            return new CheckSources() {
                @Override
                public Verdict service(String id) throws InterruptedException {
                    try {
                        return application.isRunning(id)
                                ? Verdict.UP
                                : Verdict.down("service " + id + " does not run");
                    } catch (Application.ServiceStatusUnknown e) {
                        return Verdict.down(String.valueOf(e.getMessage()));
                    }
                }

                @Override
                public Verdict script(String file, String resource, Duration timeout)
                        throws InterruptedException {
                    var result = application.check(file, resource, timeout);
                    return result.isUp() ? Verdict.UP : Verdict.down(result.detail());
                }

                @Override
                public Verdict address(InetAddress address, Duration timeout) {
                    return AddressCheck.problem(address, timeout.toNanos())
                            .map(Verdict::down)
                            .orElse(Verdict.UP);
                }

                @Override
                public Verdict module(String other, Optional<String> node) {
                    return Neighbours.verdict(shared.modules().find(other), other, node);
                }

                @Override
                public String virtualIp() {
                    return config.virtualIps().isEmpty()
                            ? "127.0.0.1"
                            : config.virtualIps().getFirst().address().getHostAddress();
                }
            };
        }
    }

    /// Shows a module to its scripts.
    private record View(
            String name, AtomicReference<ModuleRuntime> runtime, ScriptProgress progress)
            implements ModuleView {
        private Optional<ModuleRuntime> known() {
            return Optional.ofNullable(runtime.get());
        }

        @Override
        public String state() {
            return known().map(m -> m.node().state().name()).orElse("STOP");
        }

        @Override
        public Map<String, String> node() {
            return known().map(m -> Map.of("name", m.node().settings().self().name()))
                    .orElse(Map.of("name", ""));
        }

        @Override
        public Map<String, String> peer() {
            if (known().isEmpty()) return Map.of();
            var shown = known().get().state().peer();
            if (shown == null) return Map.of();
            return Map.of(
                    "name", shown.node(),
                    "state", String.valueOf(shown.state()),
                    "reachable", String.valueOf(shown.isReachable()));
        }

        @Override
        public Optional<String> resource(String id) {
            return known().flatMap(m ->
                    m.state().resources().stream()
                            .filter(r -> r.name().equals(id))
                            .map(ModuleState.Resource::value)
                            .findFirst());
        }

        @Override
        public void setResource(String id, boolean isUp, String detail) {
            known().ifPresent(module -> module.say(id, isUp, detail));
        }

        @Override
        public void progress(String text, int percent) {
            progress.say(text, percent);
            if (!text.isEmpty()) LOG.info("module {}: {} {}%", name, text, percent);
        }
    }
}
