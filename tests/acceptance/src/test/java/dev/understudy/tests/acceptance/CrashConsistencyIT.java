package dev.understudy.tests.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.cluster.Trees;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import dev.understudy.tests.lab.Shell;
import dev.understudy.tests.patch.SkippedCall;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
    private static final String MODULE = "crash";
    private static final Duration SERVES = Duration.ofSeconds(30);
    private static final Duration IN_SYNC = Duration.ofMinutes(2);
    private static final long BASE_BYTES = 64L << 20;
    private static final String SYNC_CLASS = "dev.understudy.posix.fs.Fd";

    private enum Fault {
        POWER_OF_PRIM,
        DAEMON_OF_PRIM,
        POWER_OF_SECOND,
        POWER_OF_BOTH
    }

    private Lab lab;
    private TestCluster cluster;
    private Path data;
    private Path program;

    private void open(String logs) throws Exception {
        lab = Lab.create(LabSpec.twoNodes(3));
        Path folder = Path.of(System.getProperty("project"), "target", "acceptance", logs);
        cluster = new TestCluster(lab, TestCluster.distribution(), folder);
        data = lab.nodes().getFirst().disk().resolve("data");
        program = compile();
    }

    private void install() throws IOException {
        cluster.form("crash");
        LabNode first = lab.nodes().getFirst();
        for (LabNode node : lab.nodes()) {
            node.must("mkdir", "-p", data + "/sub");
        }
        first.must("sh", "-c", "head -c " + BASE_BYTES + " /dev/urandom > " + data.resolve("base"));
        Path archive = lab.directory().resolve("crash.safe");
        cluster.must(first, List.of("pack", "--output=" + archive, resources().toString()));
        cluster.must(
                first,
                List.of(
                        "install",
                        archive.toString(),
                        "--set",
                        "virtual-ip=" + Lab.VIRTUAL_IP,
                        "--set",
                        "data-dir=" + data));
        cluster.must(first, List.of("prim", "-m", MODULE));
        cluster.awaitState(first, MODULE, "ALONE", SERVES);
    }

    private static Path resources() {
        return Path.of(
                System.getProperty("project"), "tests/acceptance/src/test/resources/crash/module");
    }

    private Path compile() throws IOException {
        Path source = lab.directory().resolve("crash-writer.c");
        try (InputStream in =
                CrashConsistencyIT.class.getResourceAsStream("/crash/crash-writer.c")) {
            Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
        }
        Path made = lab.directory().resolve("crash-writer");
        Shell.must("gcc", "-O1", "-o", made.toString(), source.toString());
        return made;
    }

    @Test
    void whatWasAcknowledgedSurvivesAndTheReturnIsCheap() throws Exception {
        int rounds = Integer.getInteger("rounds", 20);
        long seed = Long.getLong("seed", 1);
        open("CrashConsistencyIT");
        try (Lab _ = lab) {
            install();
            cluster.must(lab.nodes().getLast(), List.of("start", "-m", MODULE));
            cluster.awaitInSync(MODULE, IN_SYNC);
            for (int round = 1; round <= rounds; round++) {
                Fault fault = Fault.values()[(int) ((seed + round) % Fault.values().length)];
                round(fault, seed * 1000 + round);
            }
        }
    }

    private void round(Fault fault, long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        LabNode prim = cluster.primary(MODULE).orElseThrow();
        LabNode second = cluster.other(prim);
        CrashModel model = CrashModel.read(prim.seen(data));
        String title = "seed " + seed + ", " + fault + " (" + prim.name() + " serves)";
        Instant from = Instant.now();
        CrashWriter writer = write(prim, seed, 300 + random.nextInt(1200));
        CrashWriter.Story story = strike(fault, prim, second, writer);
        story.acknowledged().forEach(model::apply);
        if (fault == Fault.POWER_OF_BOTH) {
            cluster.awaitInSync(MODULE, IN_SYNC);
        }
        LabNode serves = cluster.primary(MODULE).orElseThrow();
        CrashModel actual = CrashModel.read(serves.seen(data));
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
        assertEqualCopies(title);
        long copied = resyncBytes(from);
        assertTrue(
                copied <= model.touchedBytes() + (1 << 20),
                () ->
                        "%s: the return copied %d bytes, the writer had touched files of %d"
                                .formatted(title, copied, model.touchedBytes()));
        Stages.TIMELINE.step(
                "%s: %d operations, %d KiB copied"
                        .formatted(title, story.acknowledged().size(), copied >> 10));
    }

    private CrashWriter write(LabNode node, long seed, int milliseconds) throws Exception {
        CrashWriter writer =
                CrashWriter.start(node, program, data, seed, lab.directory().resolve("writer.log"));
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
    private CrashWriter.Story strike(Fault fault, LabNode prim, LabNode second, CrashWriter writer)
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

    private void assertEqualCopies(String title) {
        List<String> last = new ArrayList<>();
        Await.until(
                () -> title + ": both copies are equal; they differ in " + last,
                SERVES,
                () -> {
                    last.clear();
                    last.addAll(
                            Trees.differences(
                                    Trees.describe(lab.nodes().getFirst().seen(data), _ -> false),
                                    Trees.describe(lab.nodes().getLast().seen(data), _ -> false)));
                    return last.isEmpty();
                });
    }

    private long resyncBytes(Instant from) {
        long bytes = -1;
        for (LabNode node : lab.nodes()) {
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
        open("CrashConsistencyIT-skip");
        try (Lab _ = lab) {
            Path patch = Files.createDirectories(lab.directory().resolve("patch"));
            new SkippedCall(SYNC_CLASS, "fsync", "invokeExact").write(posixJar(), patch);
            cluster.environment("UNDERSTUDY_SAFED_CLASS_PATH", patch.toString());
            install();
            LabNode node = lab.nodes().getFirst();
            assertFalse(lostAfterLossOfPower(node).isEmpty(), "a skipped sync was not noticed");
        }
    }

    /// The same without the mistake, alone: what was synced is there.
    @Test
    void aNodeThatIsAloneKeepsWhatWasSynced() throws Exception {
        open("CrashConsistencyIT-alone");
        try (Lab _ = lab) {
            install();
            assertEquals(List.of(), lostAfterLossOfPower(lab.nodes().getFirst()));
        }
    }

    private List<String> lostAfterLossOfPower(LabNode node) throws Exception {
        CrashModel model = CrashModel.read(node.seen(data));
        CrashWriter writer = write(node, 77, 700);
        node.powerOff();
        CrashWriter.Story story = writer.end();
        story.acknowledged().forEach(model::apply);
        node.powerOn();
        cluster.startDaemon(node);
        cluster.awaitState(node, MODULE, "ALONE", IN_SYNC);
        return model.brokenPromises(CrashModel.read(node.seen(data)), story.last());
    }

    private static Path posixJar() throws IOException {
        Path lib = TestCluster.distribution().resolve("lib");
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(lib, "posix-*.jar")) {
            return jars.iterator().next();
        }
    }
}
