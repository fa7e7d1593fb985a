package dev.understudy.tests.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.cluster.Trees;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.Shell;
import dev.understudy.tests.patch.SkippedCall;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a crash leaves: a program writes and syncs files on the replicated directory and notes what
/// it was told; at a random moment something dies. Afterwards everything that was acknowledged is
/// there, or everything that was synced if both nodes lost their power, both copies are equal, and
/// the return has copied no more than what the program had touched.
///
/// `-Drounds=N` (20) and `-Dseed=S` (1) choose how many and which.
@SuppressWarnings("NullAway.Init") // each test opens its lab first
@Tag("crash")
class CrashConsistencyIT {
    private static final String MODULE = CrashSite.MODULE;
    private static final Duration SERVES = Duration.ofSeconds(30);
    private static final Duration IN_SYNC = Duration.ofMinutes(2);
    private static final String SYNC_CLASS = "dev.understudy.posix.fs.Fd";

    private enum Fault {
        POWER_OF_PRIM,
        DAEMON_OF_PRIM,
        POWER_OF_SECOND,
        POWER_OF_BOTH
    }

    @Test
    void whatWasAcknowledgedSurvivesAndTheReturnIsCheap() throws Exception {
        int rounds = Integer.getInteger("rounds", 20);
        long seed = Long.getLong("seed", 1);
        try (CrashSite site = CrashSite.open("CrashConsistencyIT")) {
            site.install();
            site.cluster().must(site.lab().nodes().getLast(), List.of("start", "-m", MODULE));
            site.cluster().awaitInSync(MODULE, IN_SYNC);
            for (int round = 1; round <= rounds; round++) {
                Fault fault = Fault.values()[(int) ((seed + round) % Fault.values().length)];
                round(site, fault, seed * 1000 + round);
            }
        }
    }

    private static void round(CrashSite site, Fault fault, long seed) throws Exception {
        TestCluster cluster = site.cluster();
        SplittableRandom random = new SplittableRandom(seed);
        LabNode prim = cluster.primary(MODULE).orElseThrow();
        LabNode second = cluster.other(prim);
        CrashModel model = CrashModel.read(prim.seen(site.data()));
        String title = "seed " + seed + ", " + fault + " (" + prim.name() + " serves)";
        Instant from = Instant.now();
        CrashWriter writer = write(site, prim, seed, 300 + random.nextInt(1200));
        CrashWriter.Story story = strike(cluster, fault, prim, second, writer);
        story.acknowledged().forEach(model::apply);
        if (fault == Fault.POWER_OF_BOTH) {
            cluster.awaitInSync(MODULE, IN_SYNC);
        }
        LabNode serves = cluster.primary(MODULE).orElseThrow();
        CrashModel actual = CrashModel.read(serves.seen(site.data()));
        if (fault == Fault.POWER_OF_BOTH) {
            assertEquals(List.of(), model.brokenPromises(actual, story.last()), title);
        } else {
            assertHolds(model, actual, story.last(), title);
        }
        if (fault == Fault.POWER_OF_PRIM || fault == Fault.POWER_OF_SECOND) {
            LabNode dead = fault == Fault.POWER_OF_PRIM ? prim : second;
            dead.powerOn();
            cluster.startDaemon(dead);
        }
        cluster.awaitInSync(MODULE, IN_SYNC);
        assertEqualCopies(site, title);
        long copied = resyncBytes(cluster, from);
        assertTrue(
                copied <= model.touchedBytes() + (1 << 20),
                () ->
                        "%s: the return copied %d bytes, the writer had touched files of %d"
                                .formatted(title, copied, model.touchedBytes()));
        Stages.TIMELINE.step(
                "%s: %d operations, %d KiB copied"
                        .formatted(title, story.acknowledged().size(), copied >> 10));
    }

    private static CrashWriter write(CrashSite site, LabNode node, long seed, int milliseconds)
            throws Exception {
        CrashWriter writer =
                CrashWriter.start(
                        node,
                        site.program(),
                        site.data(),
                        seed,
                        site.lab().directory().resolve("writer.log"));
        Await.until("the writer writes", SERVES, () -> isAtWork(writer));
        Thread.sleep(milliseconds); // the moment of the fault is what the seed chooses
        return writer;
    }

    private static boolean isAtWork(CrashWriter writer) {
        try {
            return writer.lines() > 10;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// Lets something die, ends the writer, and waits until the module is served again.
    private static CrashWriter.Story strike(
            TestCluster cluster, Fault fault, LabNode prim, LabNode second, CrashWriter writer)
            throws Exception {
        switch (fault) {
            case POWER_OF_PRIM -> {
                prim.powerOff();
                cluster.awaitState(second, MODULE, "ALONE", SERVES);
            }
            case DAEMON_OF_PRIM -> {
                for (long pid : prim.processes(TestCluster.SAFED)) {
                    Shell.must("kill", "-9", Long.toString(pid));
                }
                cluster.awaitServes(second, MODULE, SERVES);
            }
            case POWER_OF_SECOND -> {
                second.powerOff();
                cluster.awaitState(prim, MODULE, "ALONE", SERVES);
            }
            case POWER_OF_BOTH -> {
                prim.powerOff();
                second.powerOff();
                CrashWriter.Story story = writer.end();
                prim.powerOn();
                second.powerOn();
                cluster.startDaemon(prim);
                cluster.startDaemon(second);
                return story;
            }
        }
        return writer.end();
    }

    private static void assertHolds(
            CrashModel model, CrashModel actual, String last, String title) {
        List<String> without = model.differences(actual);
        if (without.isEmpty() || last.isEmpty()) {
            assertEquals(List.of(), without, title);
            return;
        }
        CrashModel with = model.copy();
        with.apply(last); // what was under way may have happened
        assertEquals(List.of(), with.differences(actual), title + ", under way: " + last);
    }

    private static void assertEqualCopies(CrashSite site, String title) {
        List<String> last = new ArrayList<>();
        Await.until(
                () -> title + ": both copies are equal; they differ in " + last,
                SERVES,
                () -> {
                    last.clear();
                    last.addAll(
                            Trees.differences(
                                    Trees.describe(
                                            site.lab().nodes().getFirst().seen(site.data()),
                                            _ -> false),
                                    Trees.describe(
                                            site.lab().nodes().getLast().seen(site.data()),
                                            _ -> false)));
                    return last.isEmpty();
                });
    }

    private static long resyncBytes(TestCluster cluster, Instant from) {
        long bytes = -1;
        for (LabNode node : cluster.lab().nodes()) {
            for (JsonNode entry : cluster.journalSince(node, MODULE, from)) {
                JsonNode copied = entry.path("fields").path("resyncBytes");
                if (!copied.isMissingNode()) {
                    bytes = Math.max(bytes, copied.asLong());
                }
            }
        }
        assertTrue(bytes >= 0, "the journal does not say what the return cost");
        return bytes;
    }

    /// The instrument: a product that answers a sync without having synced is caught.
    @Test
    void aProductThatSkipsASyncIsCaught() throws Exception {
        try (CrashSite site = CrashSite.open("CrashConsistencyIT-skip")) {
            Path patch = Files.createDirectories(site.lab().directory().resolve("patch"));
            new SkippedCall(SYNC_CLASS, "fsync", "invokeExact").write(posixJar(), patch);
            site.cluster().environment("UNDERSTUDY_SAFED_CLASS_PATH", patch.toString());
            site.install();
            assertFalse(lostAfterLossOfPower(site).isEmpty(), "a skipped sync was not noticed");
        }
    }

    /// The same without the mistake, alone: what was synced is there.
    @Test
    void aNodeThatIsAloneKeepsWhatWasSynced() throws Exception {
        try (CrashSite site = CrashSite.open("CrashConsistencyIT-alone")) {
            site.install();
            assertEquals(List.of(), lostAfterLossOfPower(site));
        }
    }

    private static List<String> lostAfterLossOfPower(CrashSite site) throws Exception {
        LabNode node = site.lab().nodes().getFirst();
        TestCluster cluster = site.cluster();
        CrashModel model = CrashModel.read(node.seen(site.data()));
        CrashWriter writer = write(site, node, 77, 700);
        node.powerOff();
        CrashWriter.Story story = writer.end();
        story.acknowledged().forEach(model::apply);
        node.powerOn();
        cluster.startDaemon(node);
        cluster.awaitState(node, MODULE, "ALONE", IN_SYNC);
        return model.brokenPromises(CrashModel.read(node.seen(site.data())), story.last());
    }

    private static Path posixJar() throws IOException {
        Path lib = TestCluster.distribution().resolve("lib");
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(lib, "posix-*.jar")) {
            return jars.iterator().next();
        }
    }
}
