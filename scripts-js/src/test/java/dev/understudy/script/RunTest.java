package dev.understudy.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.understudy.script.wire.Wire;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RunTest {
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench();
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    @Test
    void runsModulesWithTopLevelAwaitAndRelativeImports() throws Exception {
        Bench.Running running =
                bench.begin(
                        Map.of(
                                "scripts/start_prim.js",
                                "import { exec, log } from 'safe';\nimport { add } from '../lib/util.js';\n"
                                        + "const v = await exec(['/bin/true']);\n"
                                        + "export default async ctx => { log.info('hello', { v }); console.warn('w', {a: 1});"
                                        + " return add(v, ctx.state); };",
                                "lib/util.js",
                                "import { one } from './deep/one.js';\nexport const add = (a, b) => a + b + one;",
                                "lib/deep/one.js",
                                "export const one = 1;"),
                        "scripts/start_prim.js",
                        (_, _) -> TextNode.valueOf("got"));
        assertEquals("\"gotWAIT1\"", running.await(20).value());
        assertEquals(
                List.of("info hello {\"v\":\"got\"}", "warn w {\"a\":1}"),
                List.copyOf(running.log));
        assertEquals("exec[[\"/bin/true\"]] at scripts/start_prim.js:3:17", running.calls.peek());
    }

    @Test
    void tellsWhereItFailed() throws Exception {
        Bench.Running running =
                bench.begin(
                        Map.of(
                                "scripts/s.js",
                                "import { bad } from '../lib/util.js';\nexport default async () => {\n  await 1;\n  bad();\n};",
                                "lib/util.js",
                                "export function bad() {\n  throw new RangeError('too far');\n}"),
                        "scripts/s.js",
                        (_, _) -> Wire.JSON.nullNode());
        Outcome end = running.await(20);
        assertEquals(Outcome.Kind.FAILED, end.kind());
        assertEquals("RangeError: too far", end.message());
        assertEquals("lib/util.js:2:9", end.where(), end.toString());
        assertTrue(end.stack().get(0).startsWith("bad lib/util.js:2:"), end.toString());
        assertTrue(end.stack().get(1).contains("scripts/s.js:4:3"), end.toString());
    }

    @Test
    void blamesTheCallerForAFailedCall() throws Exception {
        Bench.Running running =
                bench.begin(
                        Map.of(
                                "s.js",
                                "import { exec } from 'safe';\nexport default async () => {\n  await exec(['/x']);\n};"),
                        "s.js",
                        (_, _) -> {
                            throw new IllegalStateException("it ended with 7");
                        });
        Outcome end = running.await(20);
        assertEquals("ExecError: it ended with 7", end.message());
        assertEquals("s.js:3:9", end.where(), end.toString());
    }

    @Test
    void tellsSyntaxErrors() throws Exception {
        Outcome end = bench.main("export default async () => {\n  const = 3;\n}").await(20);
        assertEquals(Outcome.Kind.FAILED, end.kind());
        assertTrue(end.where().startsWith("main.js:2:"), end.toString());
    }

    @Test
    void wantsADefaultFunction() throws Exception {
        assertTrue(
                bench.main("export const x = 1;")
                        .await(20)
                        .message()
                        .contains("no default function"));
    }

    @Test
    void findsForgottenAwait() throws Exception {
        Bench.Running running =
                bench.begin(
                        Map.of(
                                "main.js",
                                "import { services } from 'safe';\nexport default async () => {\n  services.start('db');\n};"),
                        "main.js",
                        (_, _) -> null);
        Outcome end = running.await(20);
        assertTrue(end.message().startsWith("SAFE-JS020"), end.toString());
        assertTrue(end.where().startsWith("main.js:3:"), end.toString());
        assertEquals(1, running.cancelled.size());
    }

    @Test
    void findsUnhandledRejection() throws Exception {
        Outcome end = bench.body("Promise.reject(new TypeError('lost')); await safe.sleep(20);");
        assertEquals(Outcome.Kind.FAILED, end.kind(), end.toString());
        assertTrue(end.message().contains("lost"), end.toString());
    }

    @Test
    void endsWhatNothingCanEnd() throws Exception {
        assertTrue(bench.body("await new Promise(() => {});").message().startsWith("SAFE-JS021"));
        assertTrue(
                bench.main("await new Promise(() => {}); export default 1")
                        .await(20)
                        .message()
                        .startsWith("SAFE-JS021"));
    }

    @Test
    void sleepsAndWaits() throws Exception {
        assertEquals(
                "\"3\"",
                bench.body(
                                "let n = 0; await safe.waitFor(() => ++n === 3, { interval: 5 }); await safe.sleep('5ms');"
                                        + " return String(n);")
                        .value());
        assertTrue(
                bench.body("await safe.waitFor(() => false, { timeout: '30ms', interval: 5 });")
                        .message()
                        .startsWith("TimeoutError: waitFor: not true within 30 ms"));
        assertTrue(bench.body("await safe.sleep('soon');").message().contains("is no duration"));
    }

    @Test
    void takesOddThrowsAndValues() throws Exception {
        assertEquals("text", bench.body("throw 'text';").message().replace("Error: ", ""));
        assertEquals(Outcome.Kind.FAILED, bench.body("throw undefined;").kind());
        assertEquals(
                Outcome.Kind.FAILED, bench.body("throw { get message() { throw 1; } };").kind());
        assertEquals(Outcome.Kind.FAILED, bench.body("return 10n;").kind());
        assertEquals("", bench.body("return () => 1;").value());
        assertTrue(
                bench.body("function f() { f(); } try { f(); } catch (e) { return e.name; }")
                        .value()
                        .contains("RangeError"));
    }

    @Test
    void boundsTheLog() throws Exception {
        Bench.Running running =
                bench.main(
                        "import { log } from 'safe';\nexport default async () => { for (let i = 0; i < 20000; i++)"
                                + " log.info('x'); log.info('y'.repeat(100000)); };");
        assertEquals(Outcome.Kind.OK, running.await(60).kind());
        assertEquals(10_000, running.log.size());
    }

    @Test
    void boundsOpenCalls() throws Exception {
        Bench.Running running =
                bench.begin(
                        Map.of(
                                "main.js",
                                "import { exec } from 'safe';\nexport default async () => { await"
                                        + " Promise.all(Array.from({ length: 1000 }, () => exec(['/x']))); };"),
                        "main.js",
                        (_, _) -> null);
        assertTrue(
                running.await(20).message().startsWith("LimitError: more than 256 calls at once"));
        assertEquals(256, running.calls.size());
    }
}
