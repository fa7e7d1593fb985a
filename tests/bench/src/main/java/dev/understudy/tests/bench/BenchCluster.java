package dev.understudy.tests.bench;

import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Holds two nodes with one replicated directory, in sync, until standard input ends.
///
/// Arguments: the directory (on a shared mount, so that the machine sees the replicated file system
/// there) and `tls` or `plain`. Prints `ready` when both nodes are in sync.
public final class BenchCluster {
    private static final Duration FIRST_COPY = Duration.ofMinutes(1);
    private static final String MODULE = "bench";

    private BenchCluster() {}

    /// Runs until standard input ends.
    public static void main(String[] args) throws IOException {
        if (args.length != 2 || !List.of("tls", "plain").contains(args[1])) {
            System.err.println("usage: BenchCluster DIRECTORY tls|plain");
            System.exit(2);
        }
        Path shared = Path.of(args[0]);
        try (Lab lab = Lab.create(LabSpec.twoNodes(0).withShared(shared))) {
            TestCluster cluster =
                    new TestCluster(
                            lab, TestCluster.distribution(), lab.directory().resolve("logs"));
            if (args[1].equals("plain")) {
                lab.nodes().forEach(node -> plain(cluster, node));
            }
            cluster.form("bench");
            LabNode first = lab.nodes().getFirst();
            Path data = shared.resolve("data");
            lab.nodes().forEach(node -> node.must("mkdir", "-p", data.toString()));
            Path archive = pack(cluster, first);
            cluster.must(
                    first, List.of("install", archive.toString(), "--set", "data-dir=" + data));
            cluster.must(first, List.of("prim", "-m", MODULE));
            cluster.awaitState(first, MODULE, "ALONE", FIRST_COPY);
            cluster.must(lab.nodes().getLast(), List.of("start", "-m", MODULE));
            cluster.awaitInSync(MODULE, FIRST_COPY);
            System.out.println("ready");
            int unused = System.in.readAllBytes().length;
            if (unused > 0) {
                System.err.println("nothing is read from standard input");
            }
        } catch (LabException e) {
            System.err.println(e.getMessage());
            System.exit(3);
        }
    }

    static Path pack(TestCluster cluster, LabNode node) {
        Path archive = cluster.lab().directory().resolve("bench.safe");
        Path sources = Path.of(System.getProperty("project"), "tests", "bench", "module");
        cluster.must(node, List.of("pack", "--output=" + archive, sources.toString()));
        return archive;
    }

    static void plain(TestCluster cluster, LabNode node) {
        try {
            Path etc = node.seen(cluster.home().resolve("etc"));
            Files.createDirectories(etc);
            Files.writeString(etc.resolve("node.yaml"), "tls: off\n");
        } catch (IOException e) {
            throw new LabException("cannot write node.yaml of " + node.name(), e);
        }
    }
}
