package dev.understudy.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.script.wire.Wire;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CancelTest {
    /// Measured in tens of milliseconds on an idle machine, where `-Dcancel.ms=500` holds; a loaded
    /// one gets its time.
    private static final long CEILING_NS =
            Duration.ofMillis(Long.getLong("cancel.ms", 30_000)).toNanos();

    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench();
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    static final class Loops {
        static final String PLAIN = "while (true);";
        static final String CATCHING =
                "while (true) { try { for (;;); } catch (e) {} finally { for (;;); } }";
        static final String SORT =
                "for (;;) { const a = Array.from({ length: 1e6 }, (_, i) => i ^ 0x5555); a.sort((x, y) => x - y); }";
        static final String REGEX =
                "/^(\\\\w+\\\\s?)*\\\\1$/.test('a'.repeat(40) + '!'); for (;;);";
        static final String JSON = "for (;;) JSON.parse('[' + '1,'.repeat(200000) + '1]');";
        static final String FINALLY = "try { for (;;); } finally { for (;;); }";
        static final String ALLOCATING =
                "for (;;) { let s = ''; for (let i = 0; i < 1e4; i++) s += i; }";
        static final String ASYNC = "for (;;) await null;";
        static final String AWAITING = "await new Promise(() => {});";

        private Loops() {}
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                Loops.PLAIN,
                Loops.CATCHING,
                Loops.SORT,
                Loops.REGEX,
                Loops.JSON,
                Loops.FINALLY,
                Loops.ALLOCATING,
                Loops.ASYNC
            })
    void interruptStopsLoops(String body) throws Exception {
        Bench.Running running = begun(body);
        long start = System.nanoTime();
        run(running).interrupt();
        Outcome end = running.await(10);
        assertEquals(Outcome.Kind.STOPPED, end.kind(), end.toString());
        within("interrupt", body, start);
        assertTrue(end.where().startsWith("main.js"), end.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                Loops.PLAIN,
                Loops.CATCHING,
                Loops.SORT,
                Loops.REGEX,
                Loops.JSON,
                Loops.FINALLY,
                Loops.ALLOCATING,
                Loops.ASYNC
            })
    void closeStopsLoops(String body) throws Exception {
        Bench.Running running = begun(body);
        long start = System.nanoTime();
        run(running).close();
        assertEquals(Outcome.Kind.STOPPED, running.await(10).kind());
        within("close", body, start);
    }

    private static void within(String how, String body, long startNs) {
        long tookNs = System.nanoTime() - startNs;
        System.out.printf(
                "{\"how\":\"%s\",\"ms\":%d,\"script\":\"%.40s\"}%n", how, tookNs / 1_000_000, body);
        assertTrue(tookNs < CEILING_NS, how + " took " + tookNs / 1_000_000 + " ms: " + body);
    }

    /// Deep recursion is an error that the script may catch, and the run goes on.
    @Test
    void deepRecursionIsAnErrorOfTheScript() throws Exception {
        assertEquals(
                "\"RangeError\"",
                bench.body("const f = () => f() + 1; try { f(); } catch (e) { return e.name; }")
                        .value());
    }

    /// Not caught either by a script that catches everything, again and again.
    @Test
    void aRunThatIsCutOffLeavesTheEngineWell() throws Exception {
        Bench.Running running = begun(Loops.CATCHING);
        run(running).interrupt();
        assertEquals(Outcome.Kind.STOPPED, running.await(10).kind());
        assertEquals("\"2\"", bench.value("1 + 1"));
    }

    @Test
    void interruptStopsWaiting() throws Exception {
        Bench.Running running = begun("await safe.exec(['/never']);");
        await(() -> !running.calls.isEmpty());
        run(running).interrupt();
        Outcome end = running.await(10);
        assertEquals(Outcome.Kind.STOPPED, end.kind());
        String awaited = end.awaiting().getFirst();
        assertTrue(awaited.startsWith("exec([\"/never\"]) at main.js:4:"), awaited);
    }

    @Test
    void signalLetsTheScriptTidyUp() throws Exception {
        Bench.Running running =
                begun(
                        "try { await safe.exec(['/never']); } catch (e) { return [e.name, e.message, ctx.signal.aborted,"
                                + " ctx.signal.reason].join(); }");
        await(() -> !running.calls.isEmpty());
        run(running).signal("60s are over");
        Outcome end = running.await(10);
        assertEquals("\"AbortError,60s are over,true,60s are over\"", end.value(), end.toString());
        String awaited = String.valueOf(running.awaited.peek());
        assertTrue(awaited.startsWith("exec([\"/never\"]) at main.js:4:"), awaited);
        assertEquals(1, running.cancelled.size());
    }

    @Test
    void signalRefusesNewCalls() throws Exception {
        Bench.Running running =
                begun(
                        "try { await safe.exec(['/never']); } catch (e) { await safe.exec(['/again']); }");
        await(() -> !running.calls.isEmpty());
        run(running).signal("over");
        assertEquals("AbortError: the deadline has passed", running.await(10).message());
    }

    @Test
    void budgetEndsAllocation() throws Exception {
        try (AllocationWatch watch = new AllocationWatch()) {
            Bench.Running running =
                    bench.begin(
                            Map.of(
                                    "main.js",
                                    "import { exec } from 'safe';\nexport default async () => { await exec([]); const a ="
                                            + " []; for (;;) a.push('x'.repeat(10) + a.length); };"),
                            "main.js",
                            (_, _) -> Wire.JSON.nullNode());
            await(() -> run(running).thread() != null);
            long id = Objects.requireNonNull(run(running).thread()).threadId();
            watch.begin(run(running), id, 200L << 20);
            Outcome end = running.await(30);
            assertEquals(Outcome.Kind.EXHAUSTED, end.kind(), end.toString());
        }
    }

    private static Bench.Running begun(String body) throws InterruptedException {
        Bench.Running running =
                bench.begin(
                        Map.of(
                                "main.js",
                                "import * as safe from 'safe';\nexport default async ctx => {\n safe.log.info('begun');\n"
                                        + body
                                        + "\n};"),
                        "main.js",
                        (_, _) -> null);
        await(() -> !running.log.isEmpty());
        return running;
    }

    private static ScriptRun run(Bench.Running running) {
        return Objects.requireNonNull(running.run);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 90 s");
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
