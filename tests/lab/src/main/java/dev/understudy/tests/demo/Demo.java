package dev.understudy.tests.demo;

import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import java.nio.file.Path;
import java.util.List;

/// `tools/demo`: two nodes, a client, a real application; power losses, a swap, deaths of daemon
/// and application.
public final class Demo {
    private static final long DISK_BYTES = 4L << 30;

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
        try (Stage stage = Stage.open(spec, logs, this::application, timeline)) {
            Report report = play(stage);
            if (options.keep()) {
                explain(stage.cluster(), stage.application());
            }
            return report;
        }
    }

    private Report play(Stage stage) throws Exception {
        try {
            stage.install();
            try (Workload load = stage.load()) {
                stage.join();
                return playEvents(stage, load);
            }
        } catch (LabException e) {
            timeline.bad(String.valueOf(e.getMessage()));
            stage.tellJournals();
            throw e;
        }
    }

    private Application application(Lab lab) {
        return options.app().equals("ledger")
                ? new LedgerService(lab.nodes().getFirst().disk())
                : new Postgresql();
    }

    private Report playEvents(Stage stage, Workload load) throws Exception {
        Scenario scenario =
                new Scenario(stage.cluster(), stage.application(), load, timeline, options.seed());
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
        String safe =
                "env UNDERSTUDY_HOME=" + cluster.home() + " " + cluster.dist().resolve("bin/safe");
        timeline.plain("  " + enter + " " + safe + " state -m " + application.module());
        timeline.plain("  " + enter + " " + safe + " swap -m " + application.module());
        timeline.plain(
                "  ip netns exec " + cluster.lab().client().name() + " ping " + Lab.VIRTUAL_IP);
        timeline.plain("  tools/lab-clean --all      removes it");
    }
}
