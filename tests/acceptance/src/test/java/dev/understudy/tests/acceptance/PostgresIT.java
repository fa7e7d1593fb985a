package dev.understudy.tests.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.demo.Scenario;
import dev.understudy.tests.demo.Stage;
import dev.understudy.tests.demo.Workload;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.Shell;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// PostgreSQL and other ordinary programs on the replicated directory.
@Tag("posix")
class PostgresIT {
    private static Stage stage;
    private static TestCluster cluster;

    @BeforeAll
    static void play() throws Exception {
        stage = Stages.postgresql("PostgresIT");
        stage.install();
        stage.join();
        cluster = stage.cluster();
    }

    @AfterAll
    static void end() {
        stage.close();
    }

    @Test
    void pgbenchRunsThroughTheVirtualAddress() throws Exception {
        Shell.Result init = pgbench("-i", "-q", "-s", "1");
        assertTrue(init.isOk(), init.text());
        Shell.Result run = pgbench("-c", "4", "-j", "2", "-T", "5");
        assertTrue(
                run.isOk() && run.out().contains("number of failed transactions: 0"), run.text());
        equal();
    }

    @Test
    void ordinaryProgramsWorkOnTheMount() throws Exception {
        LabNode primary = cluster.primary("postgresql").orElseThrow();
        Path mount = stage.application().directories().getFirst();
        String work = mount + "/other";
        primary.must("mkdir", work);
        primary.must(
                "sqlite3",
                work + "/t.db",
                "PRAGMA journal_mode=WAL; CREATE TABLE t(v); INSERT INTO t VALUES(1);");
        assertEquals("1", primary.must("sqlite3", work + "/t.db", "SELECT count(*) FROM t"));
        primary.must("git", "init", "-q", work + "/origin");
        primary.must(
                "git",
                "-C",
                work + "/origin",
                "-c",
                "user.name=t",
                "-c",
                "user.email=t@example.org",
                "commit",
                "-q",
                "--allow-empty",
                "-m",
                "first");
        primary.must("git", "clone", "-q", work + "/origin", work + "/clone");
        primary.must("cp", "-a", "/usr/share/perl", work + "/tree");
        equal();
        primary.must("rm", "-rf", work);
        equal();
    }

    @Test
    void acknowledgedCommitsSurviveALossOfPower() throws Exception {
        try (Workload load = stage.load()) {
            Scenario scenario = scenario(load);
            scenario.powerOff(1);
            assertEquals(0, scenario.lost());
            assertEquals(0, scenario.differing());
        }
    }

    private static void equal() throws Exception {
        try (Workload load = new Workload(stage.application(), cluster.lab().client(), 0)) {
            Scenario scenario = scenario(load);
            scenario.check();
            assertEquals(0, scenario.differing());
        }
    }

    private static Scenario scenario(Workload load) {
        return new Scenario(cluster, stage.application(), load, Stages.TIMELINE, 1);
    }

    private static Shell.Result pgbench(String... options) {
        List<String> words =
                new ArrayList<>(List.of("pgbench", "-h", Lab.VIRTUAL_IP, "-U", "postgres"));
        words.addAll(List.of(options));
        words.add("postgres");
        return cluster.lab().client().exec(Duration.ofMinutes(2), "", words);
    }
}
