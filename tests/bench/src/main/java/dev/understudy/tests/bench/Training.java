package dev.understudy.tests.bench;

import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import dev.understudy.tests.lab.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Lets the daemon and a script host of one node of two do everything once, and keeps what they
/// loaded: `share/safed.aot` and `share/safe-scriptd.aot` of the distribution.
///
/// The node enters a cluster, is SECOND, takes over as PRIM, and stops; files are written on both
/// sides, a service and checkers run. Exit code 3 when a cache could not be made; the programs then
/// start without it.
public final class Training {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// No time goes into good code; profiles are not kept, they change the processor time of a
    /// start by less than runs differ.
    private static final String QUICK =
            "-XX:TieredStopAtLevel=1 -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining";

    private static final String MODULE = "training";

    /// What programs do with files: small and large writes, metadata, links, attributes, listings.
    private static final String WORK =
            """
            set -e
            cd "$1"
            mkdir -p "$2/deep" && cd "$2"
            for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "$i" >"file$i"; done
            dd if=/dev/zero of=large bs=64k count=64 conv=fsync status=none
            dd if=/dev/zero of=small bs=512 count=3000 status=none
            dd if=/dev/zero of=synced bs=4k count=50 oflag=dsync status=none
            truncate -s 100k large
            mv file1 deep/renamed && ln file2 deep/hard && ln -s ../file3 deep/soft && chmod 600 file4
            touch -d 2020-01-01 file5 && cp -r deep copy && cat large small file6 deep/* >/dev/null
            ls -lR . >/dev/null && find . -type f -exec stat {} + >/dev/null
            rm -r copy file7
            """;

    private final TestCluster cluster;
    private final LabNode trained;
    private final LabNode other;
    private final Path data;

    private Training(TestCluster cluster) {
        this.cluster = cluster;
        this.trained = cluster.lab().nodes().getFirst();
        this.other = cluster.lab().nodes().getLast();
        this.data = trained.disk().resolve("data");
    }

    /// Needs no arguments; properties `dist` and `project` as for all of the lab.
    public static void main(String[] args) throws Exception {
        Path logs = Path.of(System.getProperty("project"), "target", "training");
        try (Lab lab = Lab.create(LabSpec.twoNodes(0))) {
            new Training(new TestCluster(lab, TestCluster.distribution(), logs)).run();
        } catch (LabException e) {
            System.err.println(e.getMessage());
            System.exit(3);
        }
    }

    private void run() throws InterruptedException {
        Process guard = guard(trained, Map.of("UNDERSTUDY_TRAIN", "safed:" + cache("safed")));
        guard(other, Map.of());
        Process host = host();
        cluster.lab().nodes().forEach(cluster::awaitDaemon);
        cluster.init("training");
        cluster.must(other, cluster.joining(other, trained, cluster.token(trained)));
        install();
        cluster.must(other, List.of("prim", "-m", MODULE));
        cluster.awaitState(other, MODULE, "ALONE", PATIENCE);
        work(other, "before");
        cluster.must(trained, List.of("second", "-m", MODULE));
        cluster.awaitInSync(MODULE, PATIENCE);
        work(other, "while");
        cluster.must(trained, List.of("swap", "-m", MODULE));
        cluster.awaitState(trained, MODULE, "PRIM", PATIENCE);
        work(trained, "after");
        cluster.must(trained, List.of("state"));
        end(guard, host);
    }

    private void install() {
        cluster.lab().nodes().forEach(node -> node.must("mkdir", "-p", data.toString()));
        Path archive = cluster.lab().directory().resolve("training.safe");
        Path sources = Path.of(System.getProperty("project"), "tests", "bench", "training-module");
        cluster.must(trained, List.of("pack", "--output=" + archive, sources.toString()));
        cluster.must(
                trained,
                List.of(
                        "install",
                        archive.toString(),
                        "--set=data-dir=" + data,
                        "--set=virtual-ip=" + Lab.VIRTUAL_IP));
    }

    private void work(LabNode node, String folder) {
        Shell.Result result =
                node.exec(PATIENCE, "", List.of("sh", "-c", WORK, "work", data.toString(), folder));
        if (!result.isOk()) {
            throw new LabException("work on " + node.name() + ": " + result.text());
        }
    }

    /// The guard starts no hosts: the one that is needed is to be recorded.
    private Process guard(LabNode node, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("UNDERSTUDY_SAFED_OPTIONS", QUICK);
        return node.spawn(
                log(node),
                environment,
                List.of(program("safe-guard"), "--home", home(), "--no-script-hosts"));
    }

    /// Starts a host for checkers. It has numbers of its own for processes: the daemon, which kills
    /// its hosts when it ends, does not find it, and so it ends by itself and keeps what it loaded.
    private Process host() {
        return trained.spawn(
                log(trained),
                Map.of("UNDERSTUDY_TRAIN", "safe-scriptd:" + cache("safe-scriptd")),
                List.of(
                        "unshare",
                        "--pid",
                        "--fork",
                        "--kill-child",
                        program("safe-scriptd"),
                        "--role",
                        "checkers",
                        "--connect",
                        home() + "/run/script-checkers.sock"));
    }

    private String program(String name) {
        return cluster.dist().resolve("bin").resolve(name).toString();
    }

    private String home() {
        return cluster.home().toString();
    }

    private Path log(LabNode node) {
        return cluster.logs().resolve(node.name() + ".log");
    }

    private Path cache(String program) {
        return cluster.dist().resolve("share").resolve(program + ".aot");
    }

    /// Stops the guard, which stops the daemon in order; the caches are written as they end.
    private void end(Process guard, Process host) throws InterruptedException {
        trained.processes(TestCluster.GUARD)
                .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy));
        boolean isOver =
                guard.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        && host.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        for (String program : List.of("safed", "safe-scriptd")) {
            Await.until(
                    "no cache for " + program + "; see " + log(trained),
                    Duration.ZERO,
                    () -> isOver && Files.size(cache(program)) > 0);
        }
    }
}
