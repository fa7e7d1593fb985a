package dev.understudy.tests.acceptance;

import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import dev.understudy.tests.lab.Shell;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/// Two nodes with one replicated directory and the crash writer.
///
/// @param data the replicated directory
/// @param program the crash writer, on a path that all nodes see
record CrashSite(Lab lab, TestCluster cluster, Path data, Path program) implements AutoCloseable {
    static final String MODULE = "crash";
    private static final Duration SERVES = Duration.ofSeconds(30);
    private static final long BASE_BYTES = 64L << 20;

    /// Makes the nodes; nothing runs on them yet.
    static CrashSite open(String logs) throws IOException {
        Lab lab = Lab.create(LabSpec.twoNodes(3));
        try {
            Path folder = Path.of(System.getProperty("project"), "target", "acceptance", logs);
            return new CrashSite(
                    lab,
                    new TestCluster(lab, TestCluster.distribution(), folder),
                    lab.nodes().getFirst().disk().resolve("data"),
                    compile(lab));
        } catch (IOException | RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    private static Path compile(Lab lab) throws IOException {
        Path source = lab.directory().resolve("crash-writer.c");
        try (InputStream in = CrashSite.class.getResourceAsStream("/crash/crash-writer.c")) {
            if (in == null) {
                throw new FileNotFoundException("crash-writer.c");
            }
            Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
        }
        Path made = lab.directory().resolve("crash-writer");
        Shell.must("gcc", "-O1", "-o", made.toString(), source.toString());
        return made;
    }

    /// Forms the cluster and lets the first node serve, alone. Beside the writer's files there is a
    /// large one that nobody touches: no return may copy it.
    void install() {
        install("2000MiB/s");
    }

    /// The same with a limit of what a resynchronisation copies in a second.
    void install(String resyncLimit) {
        cluster.form("crash");
        LabNode first = lab.nodes().getFirst();
        for (LabNode node : lab.nodes()) {
            node.must("mkdir", "-p", data + "/sub");
        }
        first.must("sh", "-c", "head -c " + BASE_BYTES + " /dev/urandom > " + data.resolve("base"));
        Path archive = lab.directory().resolve("crash.safe");
        cluster.must(first, List.of("pack", "--output=" + archive, sources().toString()));
        cluster.must(
                first,
                List.of(
                        "install",
                        archive.toString(),
                        "--set",
                        "virtual-ip=" + Lab.VIRTUAL_IP,
                        "--set",
                        "data-dir=" + data,
                        "--set",
                        "resync-limit=" + resyncLimit));
        cluster.must(first, List.of("prim", "-m", MODULE));
        cluster.awaitState(first, MODULE, "ALONE", SERVES);
    }

    private static Path sources() {
        return Path.of(
                System.getProperty("project"), "tests/acceptance/src/test/resources/crash/module");
    }

    @Override
    public void close() {
        lab.close();
    }
}
