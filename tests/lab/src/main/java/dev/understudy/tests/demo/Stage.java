package dev.understudy.tests.demo;

import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// A cluster of two nodes that protects an application, with writers at work: where every story
/// begins.
public final class Stage implements AutoCloseable {
    private static final int WRITERS = 4;
    private static final Duration FIRST_COPY = Duration.ofMinutes(3);

    private final Lab lab;
    private final TestCluster cluster;
    private final Application application;
    private final Timeline timeline;

    private Stage(Lab lab, TestCluster cluster, Application application, Timeline timeline) {
        this.lab = lab;
        this.cluster = cluster;
        this.application = application;
        this.timeline = timeline;
    }

    /// Makes nodes and prepares the application on both; no daemon runs yet.
    ///
    /// @param logs folder for the daemons' output; older logs in it are deleted
    public static Stage open(
            LabSpec spec, Path logs, Function<Lab, Application> application, Timeline timeline)
            throws IOException {
        clear(logs);
        Lab lab = Lab.create(spec);
        try {
            Application app = application.apply(lab);
            TestCluster cluster = new TestCluster(lab, TestCluster.distribution(), logs);
            lab.nodes().forEach(app::prepare);
            timeline.step("nodes a and b are up; " + app.title() + " is installed on both");
            return new Stage(lab, cluster, app, timeline);
        } catch (IOException | RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    /// Forms the cluster, installs the module and makes the first node primary.
    public void install() throws Exception {
        install(cluster.archive(module()));
    }

    /// As [#install()], with another archive of the application's module.
    public void install(Path archive) throws Exception {
        cluster.form("demo");
        timeline.step("cluster \"demo\" formed over mutual TLS");
        LabNode first = lab.nodes().getFirst();
        List<String> words = new ArrayList<>();
        words.addAll(List.of("install", archive.toString()));
        words.addAll(application.parameters(cluster.dist()));
        cluster.must(first, words);
        timeline.step(module() + ".safe installed on both nodes");
        cluster.must(first, List.of("prim", "-m", module()));
        cluster.awaitState(first, module(), "ALONE", FIRST_COPY);
        lab.client()
                .call(() -> {
                    application.createSchema();
                    return true;
                });
        timeline.answer(application.title() + " serves on a, virtual IP " + Lab.VIRTUAL_IP);
    }

    /// Starts the writers.
    public Workload load() {
        Workload load = new Workload(application, lab.client(), WRITERS);
        load.awaitCommits(5);
        timeline.step(WRITERS + " writers commit through the virtual IP");
        return load;
    }

    /// Starts the second node and waits until it has its first copy.
    public void join() {
        cluster.must(lab.nodes().getLast(), List.of("start", "-m", module()));
        cluster.awaitInSync(module(), FIRST_COPY);
        timeline.answer("b has its first copy, made while the writers went on");
    }

    /// Shows the last lines of every node's journal: for a story that went wrong.
    public void tellJournals() {
        for (LabNode node : lab.nodes()) {
            timeline.plain("  journal of " + node.name() + ":");
            cluster.journalSince(node, module(), Instant.EPOCH).stream()
                    .skip(
                            Math.max(
                                    0,
                                    cluster.journalSince(node, module(), Instant.EPOCH).size()
                                            - 15L))
                    .forEach(entry -> timeline.plain("    " + entry));
        }
    }

    /// The cluster.
    public TestCluster cluster() {
        return cluster;
    }

    /// The application.
    public Application application() {
        return application;
    }

    private String module() {
        return application.module();
    }

    @Override
    public void close() {
        lab.close();
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
