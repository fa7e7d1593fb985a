package dev.understudy.tests.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.tests.cluster.ModuleView;
import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.cluster.Trees;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The events of the demonstration, each followed by its check.
public final class Scenario {
    private static final Duration SERVICE = Duration.ofMinutes(1);
    private static final Duration IN_SYNC = Duration.ofMinutes(3);
    private static final Duration EQUAL = Duration.ofSeconds(20);
    private static final Duration START_ENDS = Duration.ofSeconds(10);
    private static final int COMMITS = 5;

    private final TestCluster cluster;
    private final Application application;
    private final Workload load;
    private final Timeline timeline;
    private final SplittableRandom random;
    private final List<Result> results = new ArrayList<>();
    private long lost;
    private long differing;

    /// Plays on a cluster that is in sync and under load.
    public Scenario(
            TestCluster cluster,
            Application application,
            Workload load,
            Timeline timeline,
            long seed) {
        this.cluster = cluster;
        this.application = application;
        this.load = load;
        this.timeline = timeline;
        this.random = new SplittableRandom(seed);
    }

    /// What each event cost so far.
    public List<Result> results() {
        return results;
    }

    /// Acknowledged commits that were not there when looked for.
    public long lost() {
        return lost;
    }

    /// Files that stayed different on the two nodes.
    public long differing() {
        return differing;
    }

    /// Cuts the power of the node that serves, lets the other take over, and lets the dead one come
    /// back under load.
    public void powerOff(int round) throws Exception {
        LabNode dying = primary();
        LabNode survivor = cluster.other(dying);
        letRun();
        timeline.fault(
                "power of "
                        + dying.name()
                        + " cut while "
                        + load.count()
                        + " commits are acknowledged");
        Instant at = Instant.now();
        long fromNs = dying.powerOff();
        serviceMoved(round, "power-off", fromNs, at, survivor, "ALONE");
        checkLedger();
        comesBack(
                round,
                dying,
                () -> {
                    dying.powerOn();
                    cluster.startDaemon(dying);
                });
    }

    /// Exchanges the roles on an operator's word.
    public void swap(int round) throws Exception {
        LabNode before = primary();
        LabNode after = cluster.other(before);
        letRun();
        timeline.step("safe swap -m " + application.module());
        Instant at = Instant.now();
        long fromNs = System.nanoTime();
        cluster.must(before, List.of("swap", "-m", application.module()));
        serviceMoved(round, "swap", fromNs, at, after, "PRIM");
        check();
    }

    /// Stops the module on the node that serves; the other takes over at once.
    public void stop(int round) throws Exception {
        LabNode before = primary();
        LabNode after = cluster.other(before);
        letRun();
        timeline.step("safe stop -m " + application.module() + " on " + before.name());
        Instant at = Instant.now();
        long fromNs = System.nanoTime();
        cluster.must(before, List.of("stop", "-m", application.module()));
        serviceMoved(round, "stop", fromNs, at, after, "ALONE");
        checkLedger();
        comesBack(
                round,
                before,
                () -> cluster.must(before, List.of("start", "-m", application.module())));
    }

    /// Kills the engine of the node that serves; its guard fences and tells the peer.
    public void daemonDeath(int round) throws Exception {
        LabNode victim = primary();
        LabNode survivor = cluster.other(victim);
        letRun();
        timeline.fault("kill -9 of safed on " + victim.name());
        Instant at = Instant.now();
        long fromNs = System.nanoTime();
        kill(victim, TestCluster.SAFED);
        serviceMoved(round, "daemon-death", fromNs, at, survivor, "ALONE");
        checkLedger();
        comesBack(round, victim, () -> {});
    }

    /// Cuts the node that serves off from everybody; it comes back when the other one serves.
    public void cutOff(int round) throws Exception {
        LabNode before = primary();
        LabNode after = cluster.other(before);
        letRun();
        timeline.fault(before.name() + " is cut off");
        Instant at = Instant.now();
        long fromNs = System.nanoTime();
        cluster.lab().network().isolate(before.name());
        serviceMoved(round, "link-cut", fromNs, at, after, "ALONE");
        checkLedger();
        comesBack(round, before, () -> cluster.lab().network().heal());
    }

    /// Kills the application alone; its checkers notice and restart it where it is.
    public void applicationKill(int round) throws Exception {
        LabNode node = primary();
        letRun();
        timeline.fault("kill -9 of " + application.title() + " on " + node.name());
        Instant at = Instant.now();
        long fromNs = System.nanoTime();
        kill(node, application.processName());
        load.awaitCommits(COMMITS);
        long gapMs = gapMs(fromNs);
        Split split = split(node, at);
        results.add(Result.of(round, "application-kill", gapMs, split));
        timeline.answer(application.title() + " commits again after " + gapMs + " ms");
        cluster.awaitInSync(application.module(), IN_SYNC);
        check();
    }

    /// Reads where the time went, once the start script has ended: the application may commit
    /// before it has.
    private Split split(LabNode node, Instant at) {
        long endNs = System.nanoTime() + START_ENDS.toNanos();
        while (true) {
            Split split =
                    Split.of(
                            cluster.journalSince(node, application.module(), at),
                            at.toEpochMilli());
            if (split.applicationStartMs() >= 0 || System.nanoTime() >= endNs) {
                return split;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private void serviceMoved(
            int round, String event, long fromNs, Instant at, LabNode to, String state)
            throws InterruptedException {
        Await.until(
                () -> to.name() + " serves; " + cluster.describe(application.module()),
                SERVICE,
                () ->
                        cluster.state(to, application.module())
                                .filter(v -> v.state().equals(state) || v.state().equals("PRIM"))
                                .isPresent());
        load.awaitCommits(COMMITS);
        long gapMs = gapMs(fromNs);
        Split split = split(to, at);
        results.add(Result.of(round, event, gapMs, split));
        if (!split.words().isEmpty()) {
            timeline.answer(
                    to.name() + " decides after " + split.detectMs() + " ms: " + split.words());
            timeline.answer(
                    "virtual IP on "
                            + to.name()
                            + " "
                            + split.vipMs()
                            + " ms later; "
                            + application.title()
                            + " starts in "
                            + split.applicationStartMs()
                            + " ms");
        }
        timeline.answer(to.name() + " serves; " + gapMs + " ms without an acknowledged commit");
    }

    private interface Action {
        void run();
    }

    private void comesBack(int round, LabNode node, Action action) throws Exception {
        timeline.step(node.name() + " comes back while the writers go on");
        Instant at = Instant.now();
        long fromNs = System.nanoTime();
        action.run();
        cluster.awaitInSync(application.module(), IN_SYNC);
        long resyncMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - fromNs);
        long bytes = resyncBytes(at);
        results.add(Result.ofReturn(round, gapMs(fromNs), bytes, resyncMs));
        timeline.answer(
                node.name()
                        + " is in sync again after "
                        + resyncMs
                        + " ms"
                        + (bytes < 0 ? "" : ", " + bytes / 1024 + " KiB copied"));
        check();
    }

    private long resyncBytes(Instant since) {
        for (LabNode node : cluster.lab().nodes()) {
            for (JsonNode entry : cluster.journalSince(node, application.module(), since)) {
                JsonNode bytes = entry.path("fields").path("resyncBytes");
                if (!bytes.isMissingNode()) {
                    return bytes.asLong(-1);
                }
            }
        }
        return -1;
    }

    private LabNode primary() {
        return cluster.primary(application.module())
                .orElseThrow(() ->
                        new LabException(
                                "nobody serves: " + cluster.describe(application.module())));
    }

    /// Lets the writers run for a moment that the seed chooses, so that faults meet different
    /// instants.
    private void letRun() {
        load.awaitCommits(COMMITS);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500 + random.nextInt(1500)));
    }

    private void kill(LabNode node, String commandLine) {
        List<Long> pids = node.processes(commandLine);
        if (pids.isEmpty()) {
            throw new LabException("no process " + commandLine + " on " + node.name());
        }
        pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    private long gapMs(long fromNs) {
        return TimeUnit.NANOSECONDS.toMillis(load.longestSilenceNs(fromNs, System.nanoTime()));
    }

    /// Compares what the application has with what was acknowledged, and both copies byte by byte.
    public void check() throws InterruptedException, ExecutionException {
        load.pause();
        try {
            long known = checkLedger();
            Map<String, String> differences = compareCopies();
            if (differences.isEmpty()) {
                timeline.good(
                        "all " + known + " acknowledged commits are there; both copies are equal");
            } else {
                differing += differences.size();
                differences.forEach((path, text) -> timeline.bad("differs: " + path + " " + text));
            }
        } finally {
            load.resume();
        }
    }

    /// Counts acknowledged commits that the application does not have.
    private long checkLedger() throws InterruptedException, ExecutionException {
        TreeSet<String> missing = new TreeSet<>(load.acknowledged());
        long known = missing.size();
        missing.removeAll(cluster.lab().client().call(application::readAll));
        if (!missing.isEmpty()) {
            lost += missing.size();
            timeline.bad(
                    missing.size()
                            + " acknowledged commits are LOST: "
                            + missing.stream().limit(10).toList());
        }
        return known;
    }

    /// Compares until both copies are equal or the deadline has passed: what the application writes
    /// by itself is on its way for a moment.
    private Map<String, String> compareCopies() {
        Map<String, String> last = new TreeMap<>();
        long endNs = System.nanoTime() + EQUAL.toNanos();
        do {
            last.clear();
            for (Path directory : application.directories()) {
                List<Map<String, String>> trees =
                        cluster.lab().nodes().stream()
                                .map(node ->
                                        Trees.describe(
                                                node.seen(directory), application.excluded()))
                                .toList();
                for (String line : Trees.differences(trees.getFirst(), trees.getLast())) {
                    last.put(directory.toString(), line);
                }
            }
            if (last.isEmpty()) {
                return last;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(250));
        } while (System.nanoTime() < endNs);
        return last;
    }

    /// Gives the state of every node for a person.
    public String states() {
        List<String> words = new ArrayList<>();
        for (LabNode node : cluster.lab().nodes()) {
            words.add(
                    node.name()
                            + " "
                            + cluster.state(node, application.module())
                                    .map(ModuleView::state)
                                    .orElse("-"));
        }
        return String.join(", ", words);
    }
}
