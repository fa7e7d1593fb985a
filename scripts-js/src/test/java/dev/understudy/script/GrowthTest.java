package dev.understudy.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.script.wire.Wire;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Runs leave nothing behind: a script host lives for months.
///
/// `-Dgrowth.runs` (300; the whole test is 10000).
@Tag("long")
class GrowthTest {
    private static final int RUNS = Integer.getInteger("growth.runs", 300);
    private static final long GROWTH_BYTES_MAX = 5L << 20;
    private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

    /// Ends of all kinds: well, by an error, by a forgotten `await`, cut off in a wait and in a
    /// loop.
    private static final List<String> BODIES =
            List.of(
                    "await safe.exec(['/bin/true']); return [1, 2, 3].map(x => x * 2);",
                    "const big = 'x'.repeat(100000); safe.log.info(big.length); throw new Error(big);",
                    "safe.services.start('never');",
                    "await safe.exec(['/never']);",
                    "globalThis.kept = Array.from({ length: 1000 }, (_, i) => ({ i })); for (;;);");

    private static long usedBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, MEMORY.getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    private static void run(Bench bench, int index) throws InterruptedException {
        String body = BODIES.get(index % BODIES.size());
        Bench.Running running =
                bench.begin(
                        Map.of(
                                "main.js",
                                "import * as safe from 'safe';\nexport default async ctx => {\n"
                                        + " safe.log.info('begun');\n"
                                        + body
                                        + "\n};"),
                        "main.js",
                        (_, arguments) ->
                                arguments.toString().contains("never")
                                        ? null
                                        : Wire.JSON.nullNode());
        boolean isCut = index % BODIES.size() > 2;
        if (isCut) {
            long end = System.nanoTime() + 90_000_000_000L;
            while (running.log.isEmpty()) {
                assertTrue(System.nanoTime() < end, "it has not begun");
                LockSupport.parkNanos(200_000);
            }
            Objects.requireNonNull(running.run).interrupt();
        }
        Outcome end = running.await(90);
        Outcome.Kind expected =
                isCut
                        ? Outcome.Kind.STOPPED
                        : index % BODIES.size() == 0 ? Outcome.Kind.OK : Outcome.Kind.FAILED;
        assertEquals(expected, end.kind(), end.toString());
    }

    @Test
    void runsLeaveNothingBehind() throws InterruptedException {
        try (Bench bench = new Bench()) {
            for (int i = 0; i < RUNS / 4; i++) run(bench, i);
            long before = usedBytes();
            for (int i = RUNS / 4; i < RUNS; i++) run(bench, i);
            long after = usedBytes();
            System.out.printf(
                    "{\"runs\":%d,\"beforeBytes\":%d,\"afterBytes\":%d}%n", RUNS, before, after);
            assertTrue(
                    after - before < GROWTH_BYTES_MAX,
                    () -> "heap grew from " + before + " to " + after + " in " + RUNS + " runs");
        }
    }

    /// The measure sees what it is there to see: a hundredth of a leak of 100 KiB a run.
    @Test
    void aLeakOfTenMegabytesWouldBeSeen() {
        long before = usedBytes();
        byte[][] kept = new byte[100][100 << 10];
        long after = usedBytes();
        assertTrue(after - before > GROWTH_BYTES_MAX, after - before + " B, kept " + kept.length);
    }
}
