package dev.understudy.node.main;

import dev.understudy.core.member.HaException;
import dev.understudy.node.api.Caller;
import dev.understudy.node.api.Command;
import dev.understudy.node.api.CommandOptions;
import dev.understudy.node.api.NodeState;
import dev.understudy.node.cluster.Cluster;
import dev.understudy.node.failover.ModuleFactory;
import dev.understudy.node.failover.ModuleLoop;
import dev.understudy.node.failover.Modules;
import dev.understudy.node.guard.DaemonLock;
import dev.understudy.node.guard.GuardClient;
import dev.understudy.node.guard.Leftovers;
import dev.understudy.node.journal.Entry;
import dev.understudy.node.journal.Journal;
import dev.understudy.node.script.ScriptHosts;
import dev.understudy.node.store.AtomicFile;
import dev.understudy.node.store.Home;
import dev.understudy.node.store.SlotFile;
import dev.understudy.node.store.Ticker;
import dev.understudy.posix.BootClock;
import dev.understudy.posix.net.EventLoop;
import dev.understudy.posix.process.Cgroups;
import dev.understudy.posix.process.Machine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The engine of a node. `safed [--home DIR]`, normally started by safe-guard.
///
/// Runs until SIGTERM, which stops all modules in order first.
public final class Safed {
    private static final Logger LOG = LoggerFactory.getLogger(Safed.class);
    private static final long JOURNAL_BYTES_MAX = 16L << 20;
    private static final long SETTLE_LOOK_MS = 20;
    private static final int USAGE = 2;
    private static final int IO = 3;

    private Safed() {}

    /// Starts the engine; exit codes as in tools/EXIT.md.
    public static void main(String[] args) {
        Optional<Home> home = home(args);
        if (home.isEmpty()) {
            System.err.println("usage: safed [--home DIR]");
            System.exit(USAGE);
        }
        try {
            new Life(home.orElseThrow()).run();
            System.exit(0);
        } catch (HaException e) {
            System.err.println("safed: " + e.getMessage());
            LOG.error("safed ends cause={}", e.getMessage());
            LOG.debug("safed ends here", e);
        } catch (IOException | InterruptedException e) {
            System.err.println("safed: " + e);
            LOG.error("safed ends", e);
        }
        System.exit(IO);
    }

    private static Optional<Home> home(String[] args) {
        if (args.length == 0) return Optional.of(Home.system());
        if (args.length == 2 && args[0].equals("--home")) {
            return Optional.of(Home.below(Path.of(args[1])));
        }
        return Optional.empty();
    }

    /// One run of the daemon.
    private static final class Life {
        private final Home home;
        private final Ticker ticker = BootClock::nowNs;
        private final Instant startedAt = Instant.now();
        private final CountDownLatch stopping = new CountDownLatch(1);
        private final CountDownLatch stopped = new CountDownLatch(1);

        Life(Home home) {
            this.home = home;
        }

        void run() throws IOException, InterruptedException {
            home.create();
            DaemonLock lock = DaemonLock.take(home.run());
            try {
                live();
            } finally {
                lock.close();
            }
        }

        private void live() throws IOException, InterruptedException {
            Files.deleteIfExists(home.settled());
            List<String> left = Leftovers.clean(home.run());
            EventLoop hostLoop =
                    new EventLoop("host", fault -> LOG.error("loop of the host", fault));
            hostLoop.start();
            GuardClient guard = new GuardClient(home.run(), hostLoop);
            boolean isGuarded = guard.start();
            try (Journal journal = Journal.open(home.journal(), JOURNAL_BYTES_MAX, Instant::now);
                    ScriptHosts hooks = host("hooks", isGuarded);
                    ScriptHosts checkers = host("checkers", isGuarded)) {
                for (String one : left) {
                    journal.append(Entry.alarm("", "LEFTOVER", "could not be cleaned up: " + one));
                }
                journal.append(Entry.event("", "SAFED_STARTS", "the daemon starts"));
                hooks.start();
                checkers.start();
                serve(journal, hooks, checkers, hostLoop, guard);
                journal.append(Entry.event("", "SAFED_ENDS", "the daemon ends in order"));
            } finally {
                guard.close();
                hostLoop.close();
                stopped.countDown();
            }
        }

        /// The guard starts the script hosts where there is one; else the daemon does. They come to
        /// a socket of ours.
        private ScriptHosts host(String role, boolean isGuarded) throws IOException {
            return ScriptHosts.listening(
                    role,
                    home.scriptSocket(role),
                    isGuarded ? Duration.ofSeconds(20) : Duration.ZERO,
                    ticker::nowNs);
        }

        private void serve(
                Journal journal,
                ScriptHosts hooks,
                ScriptHosts checkers,
                EventLoop hostLoop,
                GuardClient guard)
                throws IOException, InterruptedException {
            String bootId = Machine.bootId();
            ModuleLoop.Life life = new ModuleLoop.Life(incarnation(), bootId);
            Modules modules = new Modules();
            ModuleFactory factory =
                    new ModuleFactory(
                            new ModuleFactory.Shared(
                                    home,
                                    modules,
                                    ticker,
                                    journal,
                                    guard,
                                    hooks,
                                    checkers,
                                    hostLoop,
                                    Cgroups.find(),
                                    life,
                                    instance(),
                                    new SecureRandom()));
            Control[] wired = new Control[1];
            ThirdVote votes = new ThirdVote(home, life.incarnation(), ticker, new SecureRandom());
            boolean isTlsOff = NodeFile.read(home.nodeFile()).isTlsOff();
            Engine engine =
                    new Engine(
                            factory,
                            modules,
                            journal,
                            ticker,
                            bootId,
                            () -> isTlsOff ? null : wired[0].tlsIdentity(),
                            votes);
            NodeView view =
                    new NodeView(
                            journal,
                            () -> wired[0].membership().map(Cluster.Joined::self).orElse(""),
                            () -> state(wired[0], engine, guard, votes),
                            () -> new Support(home, wired[0].secrets()));
            try (Control control =
                            new Control(
                                    home,
                                    modules,
                                    view,
                                    engine,
                                    votes,
                                    Neighbour::of,
                                    Clock.systemUTC(),
                                    ticker);
                    engine) {
                wired[0] = control;
                control.load().forEach(engine::inForce);
                control.membership().ifPresent(engine::joined);
                control.start(engine::joined);
                try (ScheduledExecutorService chores = chores(journal, engine)) {
                    Runtime.getRuntime().addShutdownHook(new Thread(this::awaitStopped, "stop"));
                    LOG.info("safed is up home={}", home.etc().getParent());
                    Thread settling = Thread.ofVirtual().name("settle").start(() -> settle(engine));
                    stopping.await();
                    settling.interrupt();
                    stopAll(modules);
                    chores.shutdownNow();
                }
                guard.orderlyEnd(false);
            }
        }

        /// Leaves a file when the directories of all modules that start by themselves are mounted:
        /// until then the service unit holds the boot of the machine.
        private void settle(Engine engine) {
            try {
                while (!engine.isSettled()) Thread.sleep(SETTLE_LOOK_MS);
                AtomicFile.write(home.settled(), new byte[0], "rw-r--r--");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the daemon ends
            } catch (IOException e) {
                LOG.warn("{} cannot be written: {}", home.settled(), e.getMessage());
            }
        }

        private void awaitStopped() {
            stopping.countDown();
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /// An orderly end of the daemon stops every module; a stop always ends.
        private static void stopAll(Modules modules) {
            Caller self = new Caller("safed", "local", Caller.Role.ADMIN);
            var stops =
                    modules.modules().stream()
                            .map(module ->
                                    modules.command(module, Command.STOP, CommandOptions.NONE, self)
                                            .toCompletableFuture())
                            .toList();
            stops.forEach(java.util.concurrent.CompletableFuture::join);
        }

        private static ScheduledExecutorService chores(Journal journal, Engine engine) {
            ScheduledExecutorService chores =
                    Executors.newSingleThreadScheduledExecutor(
                            Thread.ofPlatform().name("chores").daemon().factory());
            var ticking =
                    chores.scheduleWithFixedDelay(
                            () -> {
                                try {
                                    engine.poll();
                                    journal.sync();
                                } catch (IOException | RuntimeException e) {
                                    LOG.error("housekeeping", e);
                                }
                            },
                            1,
                            1,
                            TimeUnit.SECONDS);
            if (ticking.isDone()) throw new IllegalStateException("housekeeping does not run");
            return chores;
        }

        private NodeState state(
                Control control, Engine engine, GuardClient guard, ThirdVote votes) {
            List<String> warnings = new ArrayList<>(control.problems());
            if (!guard.isGuarded()) {
                warnings.add("safe-guard is not running: if safed dies, only the kernel fences");
            }
            warnings.addAll(votes.warnings());
            Optional<Cluster.Joined> joined = control.membership();
            return new NodeState(
                    joined.map(Cluster.Joined::self).orElse(""),
                    joined.map(j -> j.config().name()).orElse(""),
                    joined.map(j -> j.config().revision()).orElse(0L),
                    version(),
                    startedAt.toEpochMilli(),
                    engine.peers(),
                    warnings);
        }

        private static String version() {
            String version = Safed.class.getPackage().getImplementationVersion();
            return version == null ? "development" : version;
        }

        /// Counts the processes of this node; never below the wall clock, so that a lost counter
        /// does no harm.
        private long incarnation() throws IOException {
            try (SlotFile file = SlotFile.open(home.lib().resolve("incarnation.record"))) {
                byte[] bytes = file.read();
                long before =
                        bytes == null || bytes.length != Long.BYTES
                                ? 0
                                : ByteBuffer.wrap(bytes).getLong();
                long now = Math.max(before + 1, System.currentTimeMillis());
                file.write(ByteBuffer.allocate(Long.BYTES).putLong(now).array());
                return now;
            }
        }

        /// Tells the daemons of one machine apart: by their home.
        private String instance() {
            try {
                byte[] digest =
                        MessageDigest.getInstance("SHA-256")
                                .digest(
                                        home.lib()
                                                .toString()
                                                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
                return HexFormat.of().formatHex(digest, 0, 4);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }

    /// Settings of this node alone.
    ///
    /// @param isTlsOff replication and control in clear, for measurements on a private network
    private record NodeFile(boolean isTlsOff) {
        static NodeFile read(Path file) throws IOException {
            if (!Files.exists(file)) return new NodeFile(false);
            boolean off = false;
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                String text = line.strip();
                if (text.isEmpty() || text.startsWith("#")) continue;
                off =
                        switch (text.replaceAll("\\s+", "")) {
                            case "tls:off" -> true;
                            case "tls:on" -> false;
                            default -> throw unknown(file, number, text);
                        };
            }
            return new NodeFile(off);
        }

        private static HaException unknown(Path file, int number, String text) {
            return new HaException(
                    "HA-4118",
                    file + ":" + number + ": '" + text + "' is no setting of a node",
                    null,
                    "the only setting is 'tls: on' or 'tls: off'");
        }
    }
}
