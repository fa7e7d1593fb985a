package dev.understudy.node.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.understudy.posix.process.Cgroups;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A real PostgreSQL in a temporary folder, as the user postgres.
@Tag("long")
class PostgresTest {
    private static final Path BIN = Path.of("/usr/lib/postgresql/15/bin");

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void startsServesStopsAndDies(boolean isCgroup) throws Exception {
        assumeTrue(Files.isExecutable(BIN.resolve("pg_ctl")), "PostgreSQL 15 is not installed");
        int port = freePort();
        String start =
                "[%s/pg_ctl, start, -D, @/data, -l, @/data/log, -o, '-p %d -k @/data -c listen_addresses=127.0.0.1 -c fsync=off']"
                        .formatted(BIN, port);
        String config =
                "services: [{id: db, type: command, when: prim, user: postgres, start: "
                        + start
                        + ", stop: [%s/pg_ctl, stop, -D, @/data, -m, fast], ".formatted(BIN)
                        + "force-stop: [%s/pg_ctl, stop, -D, @/data, -m, immediate],".formatted(BIN)
                        + " ready: {tcp: %d, within: 60s}}]\n".formatted(port);
        String checker =
                "import { exec } from 'safe';\nexport default async () => (await exec(['/usr/bin/psql', '-h', '127.0.0.1',"
                        + " '-p', '%d', '-U', 'postgres', '-AtXc', 'select 1'])).stdout.trim() === '1';"
                                .formatted(port);
        try (Stage stage =
                new Stage(
                        "permissions: {programs: [{path: /usr/bin/psql, user: postgres}]}\n",
                        config,
                        Map.of("checkers/query.js", checker),
                        Map.of(),
                        isCgroup ? Cgroups.find() : Optional.empty(),
                        Optional.empty())) {
            initdb(stage.folder);
            HookResult started = stage.run(Hook.START_PRIM);
            assertTrue(started.isOk(), started + " " + stage.log);
            assertTrue(stage.application.isRunning("db"));
            Application.CheckResult up = query(stage);
            assertTrue(up.isUp(), up.toString());
            assertTrue(
                    stage.application.processes().size() >= 5,
                    stage.application.processes().toString());

            HookResult stopped = stage.run(Hook.STOP_PRIM);
            assertTrue(stopped.isOk(), stopped.toString());
            assertFalse(stage.application.isRunning("db"));
            assertFalse(query(stage).isUp());

            assertTrue(stage.run(Hook.START_PRIM).isOk(), stage.log.toString());
            KillReport report = stage.application.kill(Duration.ofSeconds(10));
            assertTrue(report.isClean() && report.killed() >= 5, report.toString());
            assertEquals(0, stage.application.processes().size());

            // a stale postmaster.pid lies there now; recovery follows
            HookResult again = stage.run(Hook.START_PRIM);
            assertTrue(
                    again.isOk(), again + " " + Files.readString(stage.folder.resolve("data/log")));
            assertTrue(query(stage).isUp());
            HookResult forced = stage.run(Hook.STOP_PRIM, true, Duration.ofSeconds(20));
            assertTrue(forced.isOk(), forced.toString());
        }
    }

    private static Application.CheckResult query(Stage stage) throws InterruptedException {
        return stage.application.check("checkers/query.js", "script.query", Duration.ofSeconds(30));
    }

    private static void initdb(Path folder) throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Process process =
                new ProcessBuilder(
                                "/usr/sbin/runuser",
                                "-u",
                                "postgres",
                                "--",
                                BIN.resolve("initdb").toString(),
                                "-D",
                                folder.resolve("data").toString(),
                                "--no-sync",
                                "-A",
                                "trust")
                        .redirectErrorStream(true)
                        .directory(folder.toFile())
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
