package dev.understudy.tests.demo;

import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// `tools/demo`: two nodes, a client, a real application; power losses, a swap, deaths of daemon
/// and application.
public final class Demo {
    private static final int WRITERS = 4;
    private static final long DISK_BYTES = 4L << 30;
    private static final Duration FIRST_COPY = Duration.ofMinutes(3);

    private final Options options;
    private final Timeline timeline;

    private Demo(Options options) {
        this.options = options;
        this.timeline =
                new Timeline(System.out, Boolean.getBoolean("terminal") && !options.isJson());
    }

    /// Exit codes: 0 all promises kept, 1 something lost or differing, 2 usage, 3 could not be
    /// carried out.
    public static void main(String[] args) {
        Options options;
        try {
            options = Options.parse(List.of(args));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(Options.USAGE);
            System.exit(2);
            return;
        }
        System.exit(new Demo(options).run());
    }

    private int run() {
        Path logs = Path.of(System.getProperty("project"), "target", "demo");
        try {
            Report report = play(logs);
            report.print(timeline);
            if (options.isJson()) {
                timeline.plain(report.json());
            }
            return report.isGood() ? 0 : 1;
        } catch (LabException e) {
            timeline.bad(String.valueOf(e.getMessage()));
            if (e.getCause() != null) {
                timeline.plain("  caused by " + e.getCause());
            }
            timeline.plain("  daemons' logs: " + logs);
            return 3;
        } catch (Exception e) {
            e.printStackTrace();
            timeline.plain("  daemons' logs: " + logs);
            return 3;
        }
    }

    private Report play(Path logs) throws Exception {
        timeline.title("Two servers, a router and a client (seed " + options.seed() + ")");
        LabSpec spec =
                LabSpec.twoNodes(options.seed()).withDiskBytes(DISK_BYTES).withKeep(options.keep());
        try (Lab lab = Lab.create(spec)) {
            clear(logs);
            TestCluster cluster = new TestCluster(lab, TestCluster.distribution(), logs);
            Application application =
                    options.app().equals("ledger")
                            ? new LedgerService(lab.nodes().getFirst().disk())
                            : new Postgresql();
            install(cluster, application);
            Report report;
            try (Workload load = new Workload(application, lab.client(), WRITERS)) {
                report = playEvents(cluster, application, load);
            }
            if (options.keep()) {
                explain(cluster, application);
            }
            return report;
        }
    }

    private void install(TestCluster cluster, Application application) throws Exception {
        Lab lab = cluster.lab();
        for (LabNode node : lab.nodes()) {
            application.prepare(node);
        }
        timeline.step("nodes a and b are up; " + application.title() + " is installed on both");
        cluster.form("demo");
        timeline.step("cluster \"demo\" formed over mutual TLS");
        LabNode first = lab.nodes().getFirst();
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "install",
                                cluster.archive(application.module()).toString(),
                                "--unsigned"));
        words.addAll(application.parameters(cluster.dist()));
        cluster.must(first, words);
        timeline.step(application.module() + ".safe installed on both nodes");
        cluster.must(first, List.of("prim", "-m", application.module()));
        cluster.awaitState(first, application.module(), "ALONE", FIRST_COPY);
        lab.client()
                .call(() -> {
                    application.createSchema();
                    return true;
                });
        timeline.answer(application.title() + " serves on a, virtual IP " + Lab.VIRTUAL_IP);
    }

    private Report playEvents(TestCluster cluster, Application application, Workload load)
            throws Exception {
        Scenario scenario = new Scenario(cluster, application, load, timeline, options.seed());
        LabNode second = cluster.lab().nodes().getLast();
        load.awaitCommits(5);
        timeline.step(WRITERS + " writers commit through the virtual IP");
        cluster.must(second, List.of("start", "-m", application.module()));
        cluster.awaitInSync(application.module(), FIRST_COPY);
        timeline.answer(
                "b has its first copy, made while the writers went on: " + scenario.states());
        scenario.check();
        for (int round = 1; round <= options.rounds(); round++) {
            timeline.title("Round " + round + " of " + options.rounds() + ": power off, return");
            scenario.powerOff(round);
        }
        timeline.title("Planned and unplanned work");
        scenario.swap(options.rounds());
        scenario.daemonDeath(options.rounds());
        scenario.applicationKill(options.rounds());
        scenario.stop(options.rounds());
        return new Report(
                options.rounds(),
                load.acknowledged().size(),
                scenario.lost(),
                scenario.differing(),
                scenario.results());
    }

    private void explain(TestCluster cluster, Application application) {
        timeline.title("The cluster goes on running. To play with it:");
        LabNode node = cluster.lab().nodes().getFirst();
        String enter = "nsenter -t " + node.initPid() + " --mount --pid --uts --ipc --net --";
        String safe = cluster.dist().resolve("bin/safe") + " --home " + cluster.home();
        timeline.plain("  " + enter + " " + safe + " state -m " + application.module());
        timeline.plain("  " + enter + " " + safe + " swap -m " + application.module());
        timeline.plain(
                "  ip netns exec " + cluster.lab().client().name() + " ping " + Lab.VIRTUAL_IP);
        timeline.plain("  tools/lab-clean --all      removes it");
    }

    private static void clear(Path logs) throws IOException {
        Files.createDirectories(logs);
        try (DirectoryStream<Path> old = Files.newDirectoryStream(logs, "*.log")) {
            for (Path file : old) {
                Files.delete(file);
            }
        }
    }
}
