package dev.understudy.node.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.posix.process.Cgroups;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Services with real processes.
@Tag("long")
class ServicesTest {
    /// Leaves its session and its parent, ignores SIGTERM, and goes on writing to the output it
    /// inherited.
    private static final String DAEMON =
            """
            #!/bin/sh
            setsid sh -c '(trap "" TERM; echo $$ >> @/pids; while :; do echo beat; sleep 0.2; done) &' &
            while [ ! -s @/pids ]; do sleep 0.05; done
            echo started
            """;

    private static Stage stage(boolean isCgroup, String userconfig) throws Exception {
        return new Stage(
                "",
                userconfig,
                Map.of(),
                Map.of(),
                isCgroup ? Cgroups.find() : Optional.empty(),
                Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killEndsDaemonsThatForkedTwice(boolean isCgroup) throws Exception {
        try (Stage stage =
                stage(
                        isCgroup,
                        "services: [{id: d, type: command, when: prim, start: [@/daemon]}]\n")) {
            stage.script("daemon", DAEMON);
            HookResult result = stage.run(Hook.START_PRIM);
            assertTrue(result.isOk(), result + " " + stage.log);
            assertTrue(stage.application.isRunning("d"));
            Stage.await(() ->
                    stage.logged("d: beat").size() > 2); // it outlives its starter, and its pipe
            assertFalse(stage.application.processes().isEmpty());
            assertEquals(isCgroup, stage.application.cgroup().isPresent());
            KillReport report = stage.application.kill(Duration.ofSeconds(10));
            assertTrue(report.isClean() && report.killed() >= 2, report.toString());
            assertFalse(stage.application.isRunning("d"));
            assertEquals(List.of(), stage.application.processes());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stopEndsWhatSigtermDoesNotByForce(boolean isCgroup) throws Exception {
        try (Stage stage =
                stage(
                        isCgroup,
                        "services: [{id: d, type: command, when: prim, start: [@/daemon]}]\n")) {
            stage.script("daemon", DAEMON);
            assertTrue(stage.run(Hook.START_PRIM).isOk());
            HookResult stopped = stage.run(Hook.STOP_PRIM, false, Duration.ofSeconds(1));
            HookResult.TimedOut timedOut = assertInstanceOf(HookResult.TimedOut.class, stopped);
            assertTrue(timedOut.awaited().contains("service d: stop"), timedOut.toString());
            assertTrue(timedOut.processes().size() >= 1, timedOut.toString());
            HookResult forced = stage.run(Hook.STOP_PRIM, true, Duration.ofSeconds(10));
            assertTrue(forced.isOk(), forced.toString());
            assertFalse(stage.application.isRunning("d"));
        }
    }

    @Test
    void startsInOrderStopsReversedTwice() throws Exception {
        String service =
                "{id: %s, type: command, when: prim, start: [/bin/sh, -c, 'echo +%s >> @/order; touch @/%s'],"
                        + " stop: [/bin/sh, -c, 'echo -%s >> @/order; rm @/%s'], status: [/usr/bin/test, -e, @/%s]}";
        String both =
                "services: ["
                        + service.replace("%s", "a")
                        + ", "
                        + service.replace("%s", "b")
                        + "]\n";
        try (Stage stage = new Stage(both, Map.of())) {
            for (int i = 0; i < 2; i++) {
                assertEquals(
                        "ok (services)", stage.run(Hook.START_PRIM).text(), stage.log.toString());
                assertEquals("ok (services)", stage.run(Hook.START_PRIM).text());
                assertEquals("ok (services)", stage.run(Hook.STOP_PRIM).text());
                assertEquals("ok (services)", stage.run(Hook.STOP_PRIM).text());
            }
            assertEquals(
                    List.of("+a", "+b", "-b", "-a", "+a", "+b", "-b", "-a"),
                    Files.readAllLines(stage.folder.resolve("order")));
            assertEquals("ok (nothing)", stage.run(Hook.START_SECOND).text());
        }
    }

    @Test
    void foregroundIsTheApplication() throws Exception {
        try (Stage stage =
                new Stage(
                        "services: [{id: f, type: command, when: prim, foreground: on,"
                                + " start: [/bin/sh, -c, 'echo hello; touch @/up; exec sleep 1000'],"
                                + " ready: {file: @/up, within: 20s}}]\n",
                        Map.of())) {
            assertTrue(stage.run(Hook.START_PRIM).isOk(), stage.log.toString());
            Stage.await(() -> !stage.logged("info f: hello").isEmpty());
            assertTrue(stage.application.isRunning("f"));
            assertTrue(stage.run(Hook.STOP_PRIM).isOk());
            assertFalse(stage.application.isRunning("f"));
        }
    }

    @Test
    void tellsWhyItDidNotStart() throws Exception {
        try (Stage stage =
                new Stage(
                        "services: [{id: f, type: command, when: prim, start: [/bin/sh, -c, 'echo no licence >&2; exit 3']}]\n",
                        Map.of())) {
            HookResult.Failed failed =
                    assertInstanceOf(HookResult.Failed.class, stage.run(Hook.START_PRIM));
            assertEquals("service f: /bin/sh ended with 3: no licence", failed.message());
            assertEquals("f", failed.where());
        }
    }

    @Test
    void tellsWhatWasNotReady() throws Exception {
        try (Stage stage =
                new Stage(
                        "services: [{id: f, type: command, when: prim, foreground: on, start: [/bin/sleep, '1000'],"
                                + " ready: {tcp: 1, within: 300ms}},"
                                + "{id: g, type: command, when: prim, foreground: on, start: [/bin/false],"
                                + " ready: {file: /nowhere, within: 20s}}]\n",
                        Map.of())) {
            HookResult.TimedOut timedOut =
                    assertInstanceOf(HookResult.TimedOut.class, stage.run(Hook.START_PRIM));
            assertTrue(
                    timedOut.awaited().contains("localhost:1 within 300 ms"), timedOut.toString());
        }
        try (Stage stage =
                new Stage(
                        "services: [{id: g, type: command, when: prim, foreground: on, start: [/bin/false],"
                                + " ready: {file: /nowhere, within: 20s}}]\n",
                        Map.of())) {
            HookResult.Failed failed =
                    assertInstanceOf(HookResult.Failed.class, stage.run(Hook.START_PRIM));
            assertEquals("service g: it ended with 1 before it was ready", failed.message());
        }
    }

    @Test
    void hangingStopTimesOutAndEndsItsProgram() throws Exception {
        try (Stage stage =
                new Stage(
                        "services: [{id: h, type: command, when: prim, foreground: on, start: [/bin/sleep, '1000'],"
                                + " stop: [/bin/sh, -c, 'sleep 777 & sleep 777']}]\n",
                        Map.of())) {
            assertTrue(stage.run(Hook.START_PRIM).isOk());
            HookResult.TimedOut timedOut =
                    assertInstanceOf(
                            HookResult.TimedOut.class,
                            stage.run(Hook.STOP_PRIM, false, Duration.ofSeconds(1)));
            assertTrue(timedOut.awaited().contains("sleep 777 & sleep 777"), timedOut.toString());
            Stage.await(
                    () -> stage.application.processes().stream().noneMatch(l -> l.contains("777")));
            assertTrue(stage.run(Hook.STOP_PRIM, true, Duration.ofSeconds(10)).isOk());
        }
    }

    @Test
    void newHookTakesThePlaceOfTheOld() throws Exception {
        try (Stage stage =
                new Stage(
                        "services: [{id: h, type: command, when: prim, start: [/bin/sleep, '1000'], stop: [/bin/true]}]\n",
                        Map.of())) {
            CompletableFuture<HookResult> start =
                    stage.begin(Hook.START_PRIM, false, Duration.ofSeconds(60));
            Stage.await(() -> !stage.application.processes().isEmpty());
            assertTrue(stage.run(Hook.STOP_PRIM).isOk());
            assertInstanceOf(HookResult.Interrupted.class, start.get());
            assertEquals(List.of(), stage.application.processes());
        }
    }

    @Test
    void killInterruptsTheHook() throws Exception {
        try (Stage stage =
                new Stage(
                        "services: [{id: h, type: command, when: prim, start: [/bin/sleep, '1000']}]\n",
                        Map.of())) {
            CompletableFuture<HookResult> start =
                    stage.begin(Hook.START_PRIM, false, Duration.ofSeconds(60));
            Stage.await(() -> !stage.application.processes().isEmpty());
            assertTrue(stage.application.kill(Duration.ofSeconds(5)).isClean());
            assertInstanceOf(HookResult.Interrupted.class, start.get());
        }
    }

    @Test
    void prestartStopsWhatRuns() throws Exception {
        try (Stage stage =
                new Stage(
                        "services: [{id: h, type: command, when: prim, start: [/bin/sleep, '1000'], foreground: on}]\n",
                        Map.of())) {
            assertTrue(stage.run(Hook.START_PRIM).isOk());
            assertEquals("ok (services)", stage.run(Hook.PRESTART).text());
            assertFalse(stage.application.isRunning("h"));
        }
    }

    @Test
    void leftoversOfAnEarlierDaemonAreEnded() throws Exception {
        try (Stage stage =
                new Stage(
                        "services: [{id: d, type: command, when: prim, start: [@/daemon]}]\n",
                        Map.of())) {
            stage.script("daemon", DAEMON);
            assertTrue(stage.run(Hook.START_PRIM).isOk());
            KillReport report = stage.application.killLeftovers();
            assertTrue(report.isClean() && report.killed() >= 2, report.toString());
        }
    }

    @Test
    void runsAsAUser() throws Exception {
        try (Stage stage =
                new Stage(
                        "services: [{id: u, type: command, when: prim, user: nobody,"
                                + " start: [/bin/sh, -c, 'id -un; pwd; echo $HOME $UNDERSTUDY_MODULE $X'], environment: {X: y}}]\n",
                        Map.of())) {
            HookResult result = stage.run(Hook.START_PRIM);
            assertTrue(result.isOk(), result.toString());
            assertEquals(1, stage.logged("u: nobody").size(), stage.log.toString());
            assertEquals(1, stage.logged("/nonexistent " + stage.instance + "/stage y").size());
        }
    }

    @Test
    void systemdUnitsAreAskedFor() throws Exception {
        List<String> asked = new ArrayList<>();
        boolean[] isActive = new boolean[1];
        Systemctl transcript =
                arguments -> {
                    String line = String.join(" ", arguments);
                    asked.add(line);
                    if (line.startsWith("is-active")) {
                        return isActive[0]
                                ? new Systemctl.Answer(0, "active\n")
                                : new Systemctl.Answer(3, "inactive\n");
                    }
                    if (line.startsWith("kill")) {
                        return new Systemctl.Answer(
                                1, "Failed to kill unit x.service: Unit x.service not loaded.\n");
                    }
                    isActive[0] = line.startsWith("start");
                    return new Systemctl.Answer(0, "");
                };
        try (Stage stage =
                new Stage(
                        "",
                        "services: [{id: x, type: systemd, when: prim, unit: x.service}]\n",
                        Map.of(),
                        Map.of(),
                        Optional.empty(),
                        Optional.of(transcript))) {
            assertTrue(stage.run(Hook.START_PRIM).isOk());
            assertTrue(stage.run(Hook.START_PRIM).isOk());
            assertTrue(stage.application.isRunning("x"));
            assertTrue(stage.run(Hook.STOP_PRIM).isOk());
            assertTrue(stage.run(Hook.STOP_PRIM, true, Duration.ofSeconds(5)).isOk());
            assertEquals(
                    List.of(
                            "is-active -- x.service",
                            "reset-failed -- x.service",
                            "start -- x.service",
                            "is-active -- x.service",
                            "is-active -- x.service",
                            "stop -- x.service",
                            "kill --signal=KILL -- x.service",
                            "stop -- x.service"),
                    asked);
        }
    }

    @Test
    void unknownUnitIsToldWithSystemdsWords() throws Exception {
        Systemctl transcript =
                arguments ->
                        switch (arguments.getFirst()) {
                            case "is-active" -> new Systemctl.Answer(4, "inactive\n");
                            case "start" ->
                                    new Systemctl.Answer(
                                            5,
                                            "Failed to start y.service: Unit y.service not found.\n");
                            default -> new Systemctl.Answer(1, "");
                        };
        try (Stage stage =
                new Stage(
                        "",
                        "services: [{id: y, type: systemd, when: prim, unit: y.service}]\n",
                        Map.of(),
                        Map.of(),
                        Optional.empty(),
                        Optional.of(transcript))) {
            HookResult.Failed failed =
                    assertInstanceOf(HookResult.Failed.class, stage.run(Hook.START_PRIM));
            assertEquals(
                    "service y: systemctl start y.service ended with 5: Failed to start y.service: Unit y.service"
                            + " not found.",
                    failed.message());
        }
    }

    @Test
    void programThatIsNotThereIsNamed() throws Exception {
        try (Stage stage =
                new Stage(
                        "services: [{id: n, type: command, when: prim, start: [/nowhere/x]}]\n",
                        Map.of())) {
            HookResult.Failed failed =
                    assertInstanceOf(HookResult.Failed.class, stage.run(Hook.START_PRIM));
            assertEquals("service n: /nowhere/x is no program on this node", failed.message());
            assertFalse(Files.exists(Path.of("/nowhere")));
        }
    }
}
