package dev.understudy.node.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.node.rfs.front.CTool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// Random work of several threads on the mount of a primary, checked against a model while it goes
/// on and, afterwards, against the secondary's tree. The fuzzer is in `src/test/native/fuzz`.
///
/// `-Dfuzz.seconds`, `-Dfuzz.seed`, `-Dfuzz.threads` set a run of another length (tools/fuzz).
@Tag("posix")
@EnabledIf("dev.understudy.node.rfs.front.CTool#isCompilerThere")
@Timeout(4 * 3600)
class FuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 20261126);
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 12);
    private static final int THREADS = Integer.getInteger("fuzz.threads", 4);

    @TempDir Path home;
    private Path program;
    private TestNode a;
    private TestNode b;

    @BeforeEach
    void start() throws Exception {
        program = CTool.compile("fuzz", home);
        a = new TestNode("a", home, null);
        b = new TestNode("b", home, null);
        a.start(b);
        b.start(a);
        a.prim(1);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        assertEquals(List.of(), a.faults);
        assertEquals(List.of(), b.faults);
    }

    private Process fuzz(long seed, int threads, int seconds, String... more) throws Exception {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                program.toString(),
                                a.directory.toString(),
                                String.valueOf(seed),
                                String.valueOf(threads),
                                "1000000000",
                                String.valueOf(seconds)));
        words.addAll(List.of(more));
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("fuzz.txt").toFile())
                .start();
    }

    /// Waits for the fuzzer and gives the number of operations that it carried out.
    private long finished(Process fuzzer, long seed) throws Exception {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS + 120L);
        while (!fuzzer.waitFor(100, TimeUnit.MILLISECONDS)) {
            assertEquals(List.of(), troubles(), "seed " + seed);
            assertTrue(System.nanoTime() < endNs, "the fuzzer hangs, seed " + seed);
        }
        assertEquals(List.of(), troubles(), "seed " + seed);
        String out = Files.readString(home.resolve("fuzz.txt"), StandardCharsets.ISO_8859_1);
        assertEquals(0, fuzzer.exitValue(), "seed " + seed + "\n" + out);
        return Long.parseLong(out.strip().substring("operations ".length()));
    }

    /// Gives what a node said that it must not say while nothing is broken.
    private List<Event.Data> troubles() {
        List<Event.Data> troubles = new ArrayList<>(a.history);
        troubles.addAll(b.history);
        troubles.removeIf(event ->
                !(event instanceof Event.Suspect
                        || event instanceof Event.LocalDiskError
                        || event instanceof Event.PeerDiskError
                        || event instanceof Event.Fault
                        || event instanceof Event.AckTimeout));
        return troubles;
    }

    private List<String> describe(TestNode node) throws Exception {
        Path out = home.resolve(node.name + ".txt");
        Process process =
                new ProcessBuilder(program.toString(), "describe", node.directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .redirectOutput(out.toFile())
                        .start();
        assertEquals(0, process.waitFor());
        return Files.readAllLines(out, StandardCharsets.ISO_8859_1);
    }

    private void assertEqualTrees(long seed) throws Exception {
        a.command(new Effect.Barrier());
        a.await(Event.BarrierDone.class);
        List<String> here = describe(a);
        List<String> there = describe(b);
        // time stamps that the kernel gave travel within a second
        long endNs = System.nanoTime() + 10_000_000_000L;
        while (!here.equals(there) && System.nanoTime() < endNs) {
            here = describe(a);
            there = describe(b);
        }
        List<String> differences = new ArrayList<>();
        List<String> onlyThere = new ArrayList<>(there);
        onlyThere.removeAll(here);
        for (String line : here) {
            if (!there.contains(line) && differences.size() < 10) {
                differences.add("primary   " + line);
            }
        }
        onlyThere.stream().limit(10).forEach(line -> differences.add("secondary " + line));
        assertEquals("", String.join("\n", differences), "seed " + seed);
        assertTrue(here.size() > 20, "hardly anything was made: " + here);
    }

    @Test
    void theSecondaryHasWhatThePrimaryHas() throws Exception {
        a.join(b, 1);
        long operations = finished(fuzz(SEED, THREADS, SECONDS), SEED);
        assertEqualTrees(SEED);
        assertTrue(operations > 100, "only " + operations + " operations");
        System.out.printf(
                "{\"seed\":%d,\"threads\":%d,\"seconds\":%d,\"operations\":%d,\"differing\":0}%n",
                SEED, THREADS, SECONDS, operations);
    }

    @Test
    void aNodeThatJoinsUnderTheWorkHasItToo() throws Exception {
        // something to copy, so that the work meets every phase of the resynchronisation
        finished(fuzz(SEED + 1, 2, 2), SEED + 1);
        byte[] large = new byte[30_000_000];
        new java.util.Random(SEED).nextBytes(large);
        Files.write(a.directory.resolve("large"), large);
        // Not yet: a file made by O_TMPFILE before the join cannot get a name on the joiner after
        // it.
        Process fuzzer = fuzz(SEED + 2, THREADS, SECONDS / 2, "no-temporary");
        a.join(b, 1);
        finished(fuzzer, SEED + 2);
        assertEqualTrees(SEED + 2);
    }
}
