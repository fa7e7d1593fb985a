package dev.understudy.tools.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.Archive;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.read.SafeReader;
import dev.understudy.safe.write.Packer;
import dev.understudy.tools.testing.CaseResult;
import dev.understudy.tools.testing.TestRunner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `safe new` writes passes lint and test as it is; what is wrong with a hook is found.
class NewCommandTest {
    @ParameterizedTest
    @ValueSource(strings = {"mirror", "farm", "vm", "light"})
    void aNewModulePassesLintAndTest(String kind) throws IOException {
        Path template = Path.of("src/main/resources/dev/understudy/tools/author/new", kind);
        Map<String, Archive.File> files = new TreeMap<>();
        Packer.collect(template, new ArrayList<>())
                .files()
                .forEach((path, file) ->
                        files.put(
                                path,
                                text(
                                        file.text()
                                                .replace("@NAME@", "shop")
                                                .replace("@SERVICE@", "shop"))));
        Archive archive = Archive.of(files);
        Source source = new Source("", archive, SafeReader.of(archive));
        assertEquals(List.of(), source.lint());
        assertEquals(List.of(), failures(archive));
    }

    private static List<CaseResult> failures(Archive archive) {
        SafeModule module = SafeReader.of(archive).module().orElseThrow();
        try (TestRunner runner = new TestRunner(module, Platforms.of("debian").orElseThrow())) {
            return runner.run().stream().filter(r -> !r.isOk()).toList();
        }
    }

    private static Archive.File text(String text) {
        return new Archive.File(text.getBytes(StandardCharsets.UTF_8), false);
    }

    private static List<CaseResult> failures(String path, String script) {
        Map<String, Archive.File> files = Cases.base();
        files.put(
                "module.yaml",
                text(
                        java.util.Objects.requireNonNull(files.get("module.yaml")).text()
                                + "permissions: {paths: [{path: /srv/shop, access: write}]}\n"));
        files.put(path, text(script));
        return failures(Archive.of(files));
    }

    @Test
    void aHookThatCantBeRepeatedAfterACrashIsFound() {
        List<CaseResult> failures =
                failures(
                        "scripts/start_prim.js",
                        """
                        import { file, services } from 'safe';
                        export default async () => {
                          if (await file.exists('/srv/shop/lock')) throw new Error('somebody starts already');
                          await file.write('/srv/shop/lock', 'x');
                          await services.start();
                          await file.remove('/srv/shop/lock');
                        };
                        """);
        assertTrue(
                failures.stream()
                        .anyMatch(f ->
                                f.group().equals("crash")
                                        && f.name().equals("start_prim, power goes at step 2")
                                        && f.problem().contains("somebody starts already")
                                        && f.problem()
                                                .contains(
                                                        "file.write at scripts/start_prim.js:4:14")),
                failures::toString);
        assertTrue(failures.stream().noneMatch(f -> f.name().equals("starts")), failures::toString);
    }

    @Test
    void aStopThatHangsEndsAtItsDeadlineAndIsRepeatedByForce() {
        List<CaseResult> failures =
                failures(
                        "scripts/stop_prim.js",
                        """
                        import { services, sleep } from 'safe';
                        export default async ctx => {
                          if (ctx.force) return services.forceStop();
                          await sleep('2h');
                          await services.stop();
                        };
                        """);
        assertEquals(List.of(), failures);
    }

    @Test
    void aSecondStopThatFailsIsFound() {
        List<CaseResult> failures =
                failures(
                        "scripts/stop_prim.js",
                        """
                        import { services } from 'safe';
                        export default async () => {
                          if (await services.status('app') !== 'running') throw new Error('it does not run');
                          await services.stop();
                        };
                        """);
        assertTrue(
                failures.stream().anyMatch(f -> f.name().equals("a second stop changes nothing")),
                failures::toString);
    }

    @Test
    void timeIsPretendedAndTheSameInEveryRun() {
        String script =
                """
                import { log, services, sleep } from 'safe';
                export default async () => {
                  await services.start();
                  const before = Date.now();
                  await sleep('1h');
                  if (Date.now() - before !== 3600000) throw new Error('time goes on by itself');
                  if (new Date().getUTCFullYear() !== 2026) throw new Error('not the pretended year');
                  log.info('chance', { n: Math.random() });
                };
                """;
        // the hour is longer than the hook may take, so the deadline ends it: that is what must be
        // said
        List<CaseResult> failures = failures("scripts/start_prim.js", script);
        assertTrue(
                failures.stream().anyMatch(f -> f.problem().contains("deadline")),
                failures::toString);
        assertEquals(
                List.of(),
                failures(
                        "scripts/start_prim.js",
                        script.replace("1h", "1m").replace("3600000", "60000")));
    }
}
