package dev.understudy.node.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.posix.process.Cgroups;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Scripts in a real script host, with real programs.
@Tag("long")
class HooksTest {
    private static final String PERMISSIONS =
            "permissions: {programs: [{path: /bin/sh}, {path: /bin/sleep}, {path: /bin/cat}, {path: /usr/bin/id, user: nobody}],"
                    + " paths: [{path: /tmp, access: write}, {path: /etc/hostname, access: read}]}\n";

    private static Stage stage(String script) throws Exception {
        return new Stage(
                PERMISSIONS,
                "services: [{id: f, type: command, when: prim, foreground: on, start: [/bin/sleep, '1000']}]\n",
                Map.of("scripts/start_prim.js", script, "scripts/stop_prim.js", script),
                Map.of(),
                Cgroups.find(),
                Optional.empty());
    }

    private static Stage body(String body) throws Exception {
        return stage(
                "import * as safe from 'safe';\nexport default async ctx => {\n" + body + "\n};\n");
    }

    @Test
    void scriptStartsServicesAndActs() throws Exception {
        try (Stage stage =
                body(
                        """
                        await safe.services.start();
                        const { stdout, code } = await safe.exec(['/bin/sh', '-c', 'echo out $X; cat; echo err >&2; exit 4'],
                          { okCodes: [4], env: { X: 'x' }, input: 'in' });
                        await safe.file.write('@/new', 'text', { mode: '0600' });
                        const me = (await safe.exec(['/usr/bin/id', '-un'])).stdout.trim();
                        await safe.resource.set('custom.a', 'down', 'why');
                        await safe.progress('half', 50);
                        safe.log.info([stdout, code, me, await safe.file.read('@/new'), await safe.file.exists('@/none'),
                          await safe.file.list('@'), await safe.services.list(), await safe.services.status('f'),
                          (await safe.node()).name, (await safe.peer()).state, await safe.state(),
                          await safe.resource.get('custom.a'), await safe.resource.get('x.y') === undefined,
                          await safe.tcp.check('127.0.0.1', 1), (await safe.processes.find({ name: 'sleep', args: '1000' })).length > 0,
                          await safe.file.remove('@/new'), ctx.state, ctx.nextState, ctx.action, ctx.force]);
                        """)) {
            HookResult result = stage.run(Hook.START_PRIM);
            assertTrue(result.isOk(), result + " " + stage.log);
            assertEquals(
                    List.of(
                            "info start_prim: [\"out x\\nin\",4,\"nobody\",\"text\",false,[\"new\",\"run\"],[\"f\"],"
                                    + "\"running\",\"one\",\"PRIM\",\"WAIT\",\"down\",true,false,true,true,\"WAIT\",\"ALONE\","
                                    + "\"start\",false]"),
                    stage.logged("info start_prim: ["),
                    stage.log.toString());
            assertEquals(1, stage.logged("warn start_prim: /bin/sh: err").size());
            List<String> progress = List.copyOf(stage.logged("progress "));
            assertEquals(List.of("progress half 50", "progress ended"), progress);
            assertTrue(stage.application.isRunning("f"));
        }
    }

    @Test
    void whatAHookAskedForIsKeptWithoutSecrets() throws Exception {
        String script =
                """
                import * as safe from 'safe';
                export default async () => {
                  const { stdout } = await safe.exec(['/bin/cat'], { input: safe.params.password });
                  if (stdout !== 'geheim4711') throw new Error('not what was given');
                  await safe.exec(['/bin/sh', '-c', 'yes x | head -c 40000']);
                  await safe.exec(['/bin/sh', '-c', 'exit 3']);
                };
                """;
        try (Stage stage =
                new Stage(
                        PERMISSIONS + "parameters: {password: {type: secret}}\n",
                        "services: []\n",
                        Map.of("scripts/start_prim.js", script),
                        Map.of("password", "geheim4711"),
                        Cgroups.find(),
                        Optional.empty())) {
            Path folder = stage.folder.resolve("traces");
            for (int i = 100; i < 103 + Trace.FILES_MAX; i++) {
                var old = dev.understudy.script.wire.Wire.JSON.createObjectNode();
                Trace.write(folder, i + "-start_prim.json", old);
            }
            assertInstanceOf(HookResult.Failed.class, stage.run(Hook.START_PRIM));
            List<Path> traces;
            try (var files = Files.list(folder)) {
                traces = files.sorted().toList();
            }
            assertEquals(Trace.FILES_MAX, traces.size());
            assertFalse(Files.exists(folder.resolve("103-start_prim.json")), "the oldest ones go");
            String text = Files.readString(traces.getLast());
            assertFalse(text.contains("geheim4711"), text);
            var trace = dev.understudy.script.wire.Wire.JSON.readTree(text);
            assertEquals("scripts/start_prim.js", trace.path("entry").asText());
            assertEquals(3, trace.path("calls").size(), text);
            var first = trace.path("calls").path(0);
            assertEquals("(secret password)", first.path("value").path("stdout").asText(), text);
            assertTrue(trace.path("calls").path(1).path("isCut").asBoolean(), text);
            assertEquals(3, trace.path("calls").path(2).path("error").path("code").asInt(), text);
            assertEquals("FAILED", trace.path("end").path("kind").asText(), text);
            assertEquals(
                    "rw-------",
                    java.nio.file.attribute.PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(traces.getLast())));
        }
    }

    @Test
    void refusesWhatIsNotPermitted() throws Exception {
        String[] calls = {
            "safe.exec(['/usr/bin/rm', '-rf', '/'])",
            "safe.exec(['sh', '-c', 'x'])",
            "safe.exec(['/bin/../usr/bin/rm'])",
            "safe.file.read('/etc/passwd')",
            "safe.file.read('/tmp/../etc/passwd')",
            "safe.file.write('/etc/hostname', 'x')",
            "safe.file.read('@/link')",
            "safe.file.write('@/link', 'x')",
            "safe.tcp.check('192.0.2.1', 80)",
            "safe.http.get('http://192.0.2.1/')",
            "safe.services.start('sshd')",
            "safe.http.get('file:///etc/passwd')",
            "safe.exec(['/bin/sh', '-c', 'x'], { user: 'root' })",
            "safe.exec([])",
            "safe.exec('/bin/sh')",
            "safe.exec(['/bin/sh', '-c', 'a\\u0000b'])",
            "safe.file.read(7)",
            "safe.tcp.check('127.0.0.1', 70000)",
            "safe.resource.set('tcp.web', 'up')",
            "safe.exec(['/bin/sleep', '1'], { timeout: 'soon' })",
            "safe.exec(['/bin/sh'], { env: { 'A=B': 'c' } })",
            "safe.processes.find({ args: '(' })",
        };
        StringBuilder body = new StringBuilder("let n = 0;\n");
        for (String call : calls) {
            body.append("try { await ")
                    .append(call)
                    .append("; safe.log.error('ALLOWED ' + n); } catch (e) {");
            body.append(
                    " if (!['PermissionError', 'ArgumentError', 'IoError'].includes(e.name)) safe.log.error(`ODD ${n} ${e}`);");
            body.append(" safe.log.info(`${e.name}: ${e.message}`); n++; }\n");
        }
        try (Stage stage = body(body + "safe.log.info('refused ' + n);")) {
            Files.createSymbolicLink(stage.folder.resolve("link"), Path.of("/etc/shadow"));
            HookResult result = stage.run(Hook.START_PRIM);
            assertTrue(result.isOk(), result.toString());
            assertEquals(List.of(), stage.logged("ALLOWED"));
            assertEquals(List.of(), stage.logged("ODD"), stage.log.toString());
            assertEquals(1, stage.logged("refused " + calls.length).size(), stage.log.toString());
            assertEquals(
                    1,
                    stage.logged(
                                    "PermissionError: exec of /usr/bin/rm is not permitted; module.yaml must say"
                                            + " permissions.programs: [{path: /usr/bin/rm}]")
                            .size());
        }
    }

    @Test
    void tellsWhereAScriptFailed() throws Exception {
        try (Stage stage = body("await safe.exec(['/bin/sh', '-c', 'echo broken >&2; exit 9']);")) {
            HookResult.Failed failed =
                    assertInstanceOf(HookResult.Failed.class, stage.run(Hook.START_PRIM));
            assertEquals("ExecError: /bin/sh ended with 9: broken", failed.message());
            assertTrue(failed.where().startsWith("scripts/start_prim.js:3:"), failed.toString());
        }
    }

    @Test
    void timeoutTellsWhatWasAwaitedAndEndsIt() throws Exception {
        try (Stage stage =
                body(
                        "await safe.exec(['/bin/sh', '-c', 'sleep 4242 & setsid sleep 4242'], { timeout: '1h' });")) {
            HookResult.TimedOut timedOut =
                    assertInstanceOf(
                            HookResult.TimedOut.class,
                            stage.run(Hook.START_PRIM, false, Duration.ofSeconds(5)));
            assertTrue(
                    timedOut.awaited()
                            .startsWith(
                                    "exec([\"/bin/sh\",\"-c\",\"sleep 4242 & setsid sleep 4242\"]"),
                    timedOut.toString());
            assertTrue(
                    timedOut.awaited().contains("at scripts/start_prim.js:3:"),
                    timedOut.toString());
            assertTrue(timedOut.processes().toString().contains("sleep 4242"), timedOut.toString());
            assertTrue(
                    timedOut.elapsedNs() < Duration.ofSeconds(25).toNanos(), timedOut.toString());
            Stage.await(() -> stage.application.processes().isEmpty());
        }
    }

    @Test
    void endlessScriptsAreEnded() throws Exception {
        for (String loop :
                List.of(
                        "while (true);",
                        "while (true) { try { await safe.sleep(1e6); } catch (e) { for (;;); } }",
                        "for (;;) { try { await safe.sleep('1h'); } catch (e) {} }")) {
            try (Stage stage = body(loop)) {
                HookResult.TimedOut timedOut =
                        assertInstanceOf(
                                HookResult.TimedOut.class,
                                stage.run(Hook.STOP_PRIM, false, Duration.ofMillis(500)),
                                loop);
                assertTrue(
                        timedOut.elapsedNs() < Duration.ofSeconds(20).toNanos(),
                        timedOut.toString());
            }
        }
    }

    @Test
    void scriptMayTidyUpAtItsDeadline() throws Exception {
        try (Stage stage =
                body(
                        "try { await safe.sleep('1h'); } catch (e) { safe.log.info('tidy ' + ctx.signal.aborted); }")) {
            assertInstanceOf(
                    HookResult.TimedOut.class,
                    stage.run(Hook.START_PRIM, false, Duration.ofSeconds(4)));
            assertEquals(1, stage.logged("tidy true").size(), stage.log.toString());
        }
    }

    @Test
    void lostHostRunsTheHookOnceMore() throws Exception {
        try (Stage stage =
                body(
                        "await safe.exec(['/bin/sh', '-c', 'echo x >> @/runs']);"
                                + " if ((await safe.file.read('@/runs')).length < 4) await safe.sleep('1h');")) {
            CompletableFuture<HookResult> run =
                    stage.begin(Hook.START_PRIM, false, Duration.ofSeconds(60));
            Stage.await(() -> stage.folder.resolve("runs").toFile().length() == 2);
            Stage.host("hooks").killHost();
            HookResult result = run.get();
            assertTrue(result.isOk(), result + " " + stage.log);
            assertEquals(1, stage.logged("running scripts/start_prim.js once more").size());
        }
    }

    @Test
    void hostLostTwiceIsInterrupted() throws Exception {
        try (Stage stage =
                body(
                        "await safe.exec(['/bin/sh', '-c', 'echo x >> @/runs']); await safe.sleep('1h');")) {
            CompletableFuture<HookResult> run =
                    stage.begin(Hook.START_PRIM, false, Duration.ofSeconds(60));
            for (long size = 2; size <= 4; size += 2) {
                long wanted = size;
                Stage.await(() -> stage.folder.resolve("runs").toFile().length() == wanted);
                Stage.host("hooks").killHost();
            }
            assertInstanceOf(HookResult.Interrupted.class, run.get());
        }
    }

    @Test
    void scriptsOutOfMemoryAreToldApart() throws Exception {
        try (Stage stage = body("const a = []; for (;;) a.push(new Array(1e6).fill(a.length));")) {
            HookResult result = stage.run(Hook.START_PRIM);
            assertFalse(result.isOk(), result.toString());
        }
        try (Stage stage = body("safe.log.info('fine');")) {
            HookResult result = stage.run(Hook.START_PRIM);
            assertTrue(result.isOk(), result.toString());
        }
    }

    @Test
    void transitionRunsBesideOthers() throws Exception {
        try (Stage stage =
                new Stage(
                        "services: [{id: f, type: command, when: prim, start: [/bin/true]}]\n",
                        Map.of(
                                "scripts/transition.js",
                                "import { log, sleep } from 'safe';\nexport default async () => { await sleep(300); log.info('told'); };"))) {
            CompletableFuture<HookResult> told =
                    stage.begin(Hook.TRANSITION, false, Duration.ofSeconds(20));
            assertTrue(stage.run(Hook.START_PRIM).isOk());
            assertTrue(told.get().isOk());
            assertEquals(1, stage.logged("told").size());
        }
    }

    @Test
    void secretsReachProgramsOnly() throws Exception {
        try (Stage stage =
                new Stage(
                        "parameters: {pw: {type: secret}}\n" + PERMISSIONS,
                        "services: []\n",
                        Map.of(
                                "scripts/start_prim.js",
                                "import { params, exec, log } from 'safe';\nexport default async () => {"
                                        + " const r = await exec(['/bin/sh', '-c', 'test \"$P\" = hunter22 && test $(cat) = hunter22'],"
                                        + " { env: { P: params.pw }, input: params.pw }); log.info(`${params.pw} ${r.code}`);"
                                        + " try { await exec(['/bin/sh', params.pw]); } catch (e) { log.info(e.name); } };"),
                        Map.of("pw", "hunter22"),
                        Cgroups.find(),
                        Optional.empty())) {
            HookResult result = stage.run(Hook.START_PRIM);
            assertTrue(result.isOk(), result + " " + stage.log);
            assertEquals(1, stage.logged("[secret pw] 0").size(), stage.log.toString());
            assertEquals(1, stage.logged("ArgumentError").size());
            assertEquals(List.of(), stage.logged("hunter22"));
        }
    }

    @Test
    void checkersAnswer() throws Exception {
        try (Stage stage =
                new Stage(
                        PERMISSIONS,
                        "services: []\n",
                        Map.of(
                                "checkers/yes.js", "export default () => true;",
                                "checkers/no.js", "export default async () => false;",
                                "checkers/bad.js",
                                        "export default () => {\n  throw new Error('no query');\n};",
                                "checkers/hang.js",
                                        "import { exec } from 'safe';\nexport default () => exec(['/bin/sleep', '600']);"),
                        Map.of(),
                        Cgroups.find(),
                        Optional.empty())) {
            Application application = stage.application;
            Duration second = Duration.ofSeconds(20);
            assertTrue(application.check("checkers/yes.js", "script.yes", second).isUp());
            assertFalse(application.check("checkers/no.js", "script.no", second).isUp());
            String bad = application.check("checkers/bad.js", "script.bad", second).detail();
            assertTrue(bad.startsWith("no query at checkers/bad.js:2:"), bad);
            String hang =
                    application
                            .check("checkers/hang.js", "script.hang", Duration.ofSeconds(5))
                            .detail();
            assertTrue(hang.startsWith("no answer within 5000 ms, waiting for exec("), hang);
        }
    }
}
