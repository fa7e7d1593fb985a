package dev.understudy.node.main;

import dev.understudy.core.member.HaException;
import dev.understudy.node.api.NodeState;
import dev.understudy.node.cluster.Cluster;
import dev.understudy.node.cluster.ClusterConfig.Role;
import dev.understudy.node.cluster.PortCheck;
import dev.understudy.node.config.ActiveModule;
import dev.understudy.node.config.ModuleWatcher;
import dev.understudy.node.failover.Modules;
import dev.understudy.node.guard.DaemonLock;
import dev.understudy.node.journal.Entry;
import dev.understudy.node.journal.Journal;
import dev.understudy.node.store.Home;
import dev.understudy.node.store.Ticker;
import dev.understudy.posix.BootClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The third vote's host: `safe-witness [--home DIR]`. A voter and the control side, no modules, no
/// script hosts, no guard: it holds no data and touches nothing of its machine.
///
/// It joins as every node does, by a token made with the role `witness`; for that the local socket
/// of the API is there until the next start.
public final class SafeWitness implements ModuleWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(SafeWitness.class);
    private static final long JOURNAL_BYTES_MAX = 4L << 20;
    private static final int USAGE = 2;
    private static final int IO = 3;

    private final Home home;
    private final Ticker ticker = BootClock::nowNs;
    private final Instant startedAt = Instant.now();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    private SafeWitness(Home home) {
        this.home = home;
    }

    /// Runs until SIGTERM; exit codes as in tools/EXIT.md.
    public static void main(String[] args) {
        Home home;
        if (args.length == 0) {
            home = Home.system();
        } else if (args.length == 2 && args[0].equals("--home")) {
            home = Home.below(Path.of(args[1]));
        } else {
            System.err.println("usage: safe-witness [--home DIR]");
            System.exit(USAGE);
            return;
        }
        try {
            new SafeWitness(home).run();
            System.exit(0);
        } catch (HaException e) {
            System.err.println("safe-witness: " + e.getMessage());
            LOG.error("safe-witness ends cause={}", e.getMessage());
        } catch (IOException | InterruptedException e) {
            System.err.println("safe-witness: " + e);
            LOG.error("safe-witness ends", e);
        }
        System.exit(IO);
    }

    private void run() throws IOException, InterruptedException {
        home.create();
        DaemonLock lock = DaemonLock.take(home.run());
        // A voter's attempts need an incarnation; a witness makes none.
        ThirdVote votes = new ThirdVote(home, 0, ticker, new SecureRandom());
        Runtime.getRuntime().addShutdownHook(new Thread(this::awaitEnd, "stop"));
        try (Journal journal = Journal.open(home.journal(), JOURNAL_BYTES_MAX, Instant::now)) {
            journal.append(Entry.event("", "WITNESS_STARTS", "the witness starts"));
            Cluster cluster = new Cluster(home, Clock.systemUTC(), PortCheck::require);
            Optional<Cluster.Joined> member = cluster.load();
            if (member.isPresent()) {
                joined(votes, member.get());
                Files.deleteIfExists(home.apiSocket()); // of a process that was killed
                Files.writeString(home.witnessNote(), member.get().self());
                LOG.info("safe-witness is up home={}", home.etc().getParent());
                stopping.await();
                Files.deleteIfExists(home.witnessNote());
            } else {
                untilJoined(journal, votes);
            }
            journal.append(Entry.event("", "WITNESS_ENDS", "the witness ends in order"));
        } finally {
            votes.close();
            lock.close();
            stopped.countDown();
        }
    }

    private void awaitEnd() {
        stopping.countDown();
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Offers the local socket, through which `safe cluster join` comes. A member needs none of it,
    /// and half of the memory.
    private void untilJoined(Journal journal, ThirdVote votes)
            throws IOException, InterruptedException {
        Control[] wired = new Control[1];
        NodeView view =
                new NodeView(
                        journal,
                        () -> wired[0].membership().map(Cluster.Joined::self).orElse(""),
                        () -> state(wired[0]),
                        () -> new Support(home, wired[0].secrets()));
        try (Control control =
                new Control(
                        home,
                        new Modules(),
                        view,
                        this,
                        votes,
                        Neighbour::of,
                        Clock.systemUTC(),
                        ticker)) {
            wired[0] = control;
            if (!control.load().isEmpty()) {
                throw new HaException(
                        "HA-4122",
                        home.modules() + " holds modules: this is a data node",
                        null,
                        "start safe-guard here, and the witness on a host of its own");
            }
            control.start(joined -> joined(votes, joined));
            LOG.info("safe-witness waits to join home={}", home.etc().getParent());
            stopping.await();
        }
    }

    private static void joined(ThirdVote votes, Cluster.Joined now) {
        if (now.role() == Role.DATA) {
            throw new HaException(
                    "HA-4122",
                    "this node joined as a data node",
                    null,
                    "make the token with `safe cluster witness add`, and begin with an empty"
                            + " --home");
        }
        votes.joined(now);
    }

    private NodeState state(Control control) {
        Optional<Cluster.Joined> joined = control.membership();
        List<String> warnings = new ArrayList<>();
        if (joined.isEmpty()) {
            warnings.add("this host is in no cluster: `safe cluster join` makes it the witness");
        }
        return new NodeState(
                joined.map(Cluster.Joined::self).orElse(""),
                joined.map(now -> now.config().name()).orElse(""),
                joined.map(now -> now.config().revision()).orElse(0L),
                "witness",
                startedAt.toEpochMilli(),
                List.of(),
                warnings);
    }

    @Override
    public Optional<String> whyNotNow(String module) {
        return Optional.of("this host is the witness: it runs no modules");
    }

    @Override
    public void inForce(ActiveModule module) {
        LOG.warn("module {} is not run here: this host is the witness", module.name());
    }

    @Override
    public void removed(String module) {
        // nothing of it runs here
    }
}
