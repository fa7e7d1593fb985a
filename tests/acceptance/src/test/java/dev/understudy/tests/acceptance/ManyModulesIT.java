package dev.understudy.tests.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.Archive;
import dev.understudy.safe.write.Packer;
import dev.understudy.tests.cluster.LocalApi;
import dev.understudy.tests.cluster.ModuleView;
import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Many mirror modules on two nodes, half of them served by each: all of them fail over at once,
/// and what a daemon needs stays within bounds. `-Dmodules=32` makes more of them.
@Tag("lab")
class ManyModulesIT {
    private static final int MODULES = Integer.getInteger("modules", 12);
    private static final Duration SOON = Duration.ofMinutes(2);

    /// Resident memory of safed with 32 modules at rest that have just made their first copies.
    private static final long KIB_MAX = 520_000;

    private static String name(int index) {
        return "m%02d".formatted(index);
    }

    private static List<String> names() {
        return IntStream.rangeClosed(1, MODULES).mapToObj(ManyModulesIT::name).toList();
    }

    @Test
    void allFailOverAtOnceAndComeBack() throws Exception {
        try (Lab lab = Lab.create(LabSpec.twoNodes(3))) {
            Path logs =
                    Path.of(System.getProperty("project"), "target", "acceptance", "ManyModulesIT");
            TestCluster cluster = new TestCluster(lab, TestCluster.distribution(), logs);
            cluster.form("many");
            LabNode a = lab.nodes().getFirst();
            LabNode b = lab.nodes().getLast();
            long ms = time(() -> install(lab, cluster));
            System.out.println(MODULES + " modules installed and in sync after " + ms + " ms");
            for (LabNode node : lab.nodes()) {
                long kib = figure(node, "VmRSS:");
                System.out.println(
                        "safed of %s: %d KiB resident, %d threads"
                                .formatted(node.name(), kib, figure(node, "Threads:")));
                assertTrue(kib < KIB_MAX, node.name() + " has " + kib + " KiB");
            }
            for (String module : names()) {
                LabNode serves = cluster.primary(module).orElseThrow();
                serves.must("sh", "-c", "echo of " + module + " > " + data(lab, module) + "/word");
            }
            List<String> ofA = new ArrayList<>();
            for (int i = 1; i <= MODULES; i += 2) {
                ofA.add(name(i));
            }
            List<Long> took = serving(cluster, b, ofA, a.powerOff());
            System.out.println(
                    "%d modules lost their primary: served after %d ms, the last one after %d"
                            .formatted(took.size(), took.getFirst(), took.getLast()));
            serving(cluster, b, names(), System.nanoTime());
            // silence is known after two seconds; the rest is what many have to share
            assertTrue(took.getLast() < 10_000, "served after " + took);
            for (String module : names()) {
                Path word = b.seen(data(lab, module)).resolve("word");
                assertEquals("of " + module + "\n", Files.readString(word));
            }
            a.powerOn();
            cluster.startDaemon(a);
            for (String module : names()) {
                cluster.awaitInSync(module, SOON);
            }
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static long time(Work work) throws Exception {
        long fromNs = System.nanoTime();
        work.run();
        return (System.nanoTime() - fromNs) / 1_000_000;
    }

    private static Path data(Lab lab, String module) {
        return lab.nodes().getFirst().disk().resolve("many").resolve(module);
    }

    private static void install(Lab lab, TestCluster cluster) throws Exception {
        LabNode a = lab.nodes().getFirst();
        LabNode b = lab.nodes().getLast();
        for (LabNode node : lab.nodes()) {
            node.must("sh", "-ec", "mkdir -p " + String.join(" ", paths(lab)));
        }
        for (int i = 1; i <= MODULES; i++) {
            byte[] archive = archive(lab.directory().resolve("sources"), name(i));
            String digest = Archive.digest(archive);
            done(LocalApi.put(cluster.socket(a), "/archives/" + digest, archive));
            Map<String, String> values =
                    Map.of(
                            "virtual-ip",
                            Lab.VIRTUAL_IP.replaceAll("\\d+$", String.valueOf(100 + i)),
                            "data-dir",
                            data(lab, name(i)).toString());
            done(
                    LocalApi.send(
                            cluster.socket(a),
                            "POST",
                            "/modules",
                            Map.of("archive", digest, "values", values)));
            command(cluster, i % 2 == 0 ? b : a, name(i), "prim");
            cluster.awaitState(i % 2 == 0 ? b : a, name(i), "ALONE", SOON);
            command(cluster, i % 2 == 0 ? a : b, name(i), "start");
        }
        for (String module : names()) {
            cluster.awaitInSync(module, SOON);
        }
    }

    private static List<String> paths(Lab lab) {
        return names().stream().map(module -> data(lab, module).toString()).toList();
    }

    private static void command(TestCluster cluster, LabNode node, String module, String command)
            throws IOException {
        String path = "/modules/" + module + "/commands";
        done(LocalApi.send(cluster.socket(node), "POST", path, Map.of("command", command)));
    }

    private static void done(LocalApi.Answer answer) {
        assertTrue(answer.status() < 300, () -> answer.status() + " " + answer.body());
    }

    private static byte[] archive(Path sources, String name) throws IOException {
        Path folder = sources.resolve(name);
        Files.createDirectories(folder.resolve("conf"));
        Files.writeString(
                folder.resolve("module.yaml"),
                """
                format: 1
                name: %s
                version: 1.0.0
                title: One of many
                kind: mirror
                platforms: [linux]
                parameters:
                  virtual-ip: {type: ip, description: Address that shows who serves}
                  data-dir: {type: path, description: Directory that is replicated}
                permissions: {services: from-userconfig}
                """
                        .formatted(name));
        Files.writeString(
                folder.resolve("conf/userconfig.yaml"),
                """
                format: 1
                module: {boot: on, failover: on}
                virtual-ips: [{id: main, address: $(virtual-ip), interface: auto}]
                replication:
                  directories: [{id: data, path: $(data-dir)}]
                isolation: {policy: protect, witnesses: [gateway]}
                """);
        return Packer.collect(folder, new ArrayList<>()).toBytes();
    }

    /// Waits until a node serves modules alone.
    ///
    /// @return milliseconds after which each was seen to be served, sorted
    private static List<Long> serving(
            TestCluster cluster, LabNode node, List<String> modules, long fromNs) {
        List<Long> took = new ArrayList<>();
        List<String> left = new ArrayList<>(modules);
        Await.until(
                () -> "all served by " + node.name() + ", but for " + left,
                SOON,
                () -> {
                    for (String module : List.copyOf(left)) {
                        String state =
                                cluster.state(node, module).map(ModuleView::state).orElse("");
                        if (state.equals("ALONE")) {
                            left.remove(module);
                            took.add((System.nanoTime() - fromNs) / 1_000_000);
                        }
                    }
                    return left.isEmpty();
                });
        return took;
    }

    private static long figure(LabNode node, String key) throws IOException {
        long pid = node.processes(TestCluster.SAFED).getFirst();
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            String line = lines.filter(text -> text.startsWith(key)).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", ""));
        }
    }
}
