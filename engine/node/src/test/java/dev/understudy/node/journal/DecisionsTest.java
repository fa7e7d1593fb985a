package dev.understudy.node.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Command;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Failover;
import dev.understudy.core.failover.FailoverRules;
import dev.understudy.core.failover.Isolation;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Saved;
import dev.understudy.core.failover.Settings;
import dev.understudy.core.failover.Step;
import dev.understudy.core.failover.Timing;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import dev.understudy.core.replay.Recording;
import dev.understudy.core.replay.RecordingReader;
import dev.understudy.core.replay.Rerun;
import dev.understudy.core.rules.RestartLimit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The files of decisions: bounded, gone on with, honest about what is missing.
class DecisionsTest {
    private static final Settings SETTINGS =
            new Settings(
                    new NodeId("a"),
                    new NodeId("b"),
                    "digest",
                    Isolation.PROTECT,
                    true,
                    true,
                    true,
                    false,
                    RestartLimit.DEFAULT,
                    Timing.DEFAULT,
                    FailoverRules.NONE);

    @TempDir Path folder;

    private Node node =
            Failover.boot(SETTINGS, Saved.FRESH, Register.EMPTY, 7, "boot", 1_000_000).next();

    private Decisions decisions(long bytesMax) {
        return new Decisions(folder, "shop", "a", bytesMax, InstantSource.system());
    }

    private void steps(Decisions decisions, int count) {
        for (int i = 0; i < count; i++) {
            long now = node.nowNs() + 50_000_000L;
            Event event =
                    i % 50 == 0
                            ? new Event.Commanded(
                                    now,
                                    i,
                                    i % 100 == 0 ? Command.START : Command.STOP,
                                    false,
                                    false,
                                    99)
                            : new Event.Tick(now);
            Step step = Failover.step(node, event);
            decisions.stepped(node, event, step);
            node = step.next();
        }
    }

    /// The writer looks twice a second.
    private static void awaitTaken(Decisions decisions) {
        long endNs = System.nanoTime() + 30_000_000_000L;
        while (!decisions.hasTakenAll()) {
            assertTrue(System.nanoTime() < endNs, "the writer takes nothing");
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }

    private Recording read(String name) throws Exception {
        return RecordingReader.read(Files.readAllBytes(folder.resolve(name)), "test");
    }

    private static List<Recording.Why> openings(Recording recording) {
        return recording.entries().stream()
                .filter(e -> e instanceof Recording.Opening)
                .map(e -> ((Recording.Opening) e).why())
                .toList();
    }

    @Test
    void whatWasDecidedRunsAgain() throws Exception {
        try (Decisions decisions = decisions(Decisions.BYTES_MAX)) {
            decisions.start();
            steps(decisions, 300);
        }
        Rerun rerun = new Rerun();
        assertTrue(rerun.run(read(Decisions.FILE)), rerun.difference().toString());
        assertEquals(300, rerun.steps());
        assertTrue(rerun.moves().stream().anyMatch(Rerun.Moved::isTransition));
    }

    @Test
    void anotherDaemonGoesOnBehindATornEnd() throws Exception {
        try (Decisions decisions = decisions(Decisions.BYTES_MAX)) {
            decisions.start();
            steps(decisions, 10);
        }
        Files.write(
                folder.resolve(Decisions.FILE),
                new byte[] {0, 0, 1, 0, -1, -1, -2, -1, 5, 5, 5, 5, 7},
                StandardOpenOption.APPEND);
        assertTrue(read(Decisions.FILE).isCut());
        try (Decisions decisions = decisions(Decisions.BYTES_MAX)) {
            decisions.start();
            steps(decisions, 10);
        }
        Recording recording = read(Decisions.FILE);
        assertFalse(recording.isCut());
        assertEquals(List.of(Recording.Why.START, Recording.Why.START), openings(recording));
        Rerun rerun = new Rerun();
        assertTrue(rerun.run(recording));
        assertEquals(20, rerun.steps());
        assertFalse(Files.exists(folder.resolve(Decisions.OLDER)));
    }

    @Test
    void aFileOfAnotherProgramIsPutAside() throws Exception {
        Files.writeString(folder.resolve(Decisions.FILE), "something else");
        try (Decisions decisions = decisions(Decisions.BYTES_MAX)) {
            decisions.start();
            steps(decisions, 10);
        }
        assertTrue(new Rerun().run(read(Decisions.FILE)));
        assertEquals("something else", Files.readString(folder.resolve(Decisions.OLDER)));
    }

    @Test
    void twoFilesAreKeptAndEachRunsByItself() throws Exception {
        long bytesMax = 64 << 10;
        try (Decisions decisions = decisions(bytesMax)) {
            decisions.start();
            for (int i = 0; i < 9; i++) {
                steps(decisions, 1_500);
                awaitTaken(decisions);
            }
        }
        long most = bytesMax + (64 << 10) + 4_096;
        for (String name : List.of(Decisions.OLDER, Decisions.FILE)) {
            assertTrue(Files.size(folder.resolve(name)) <= most, name);
            Rerun alone = new Rerun();
            assertTrue(alone.run(read(name)), alone.difference().toString());
        }
        Rerun both = new Rerun();
        assertTrue(both.run(read(Decisions.OLDER)));
        assertTrue(both.run(read(Decisions.FILE)), both.difference().toString());
        assertEquals(0, both.gaps());
        try (var files = Files.list(folder)) {
            assertEquals(2, files.count());
        }
    }

    /// What the writer is too slow for is missing, and the recording says where.
    @Test
    void aGapIsSaid() throws Exception {
        try (Decisions decisions = decisions(Decisions.BYTES_MAX)) {
            steps(decisions, 5_000); // nobody writes yet: the queue is full before the end
            decisions.start();
            awaitTaken(decisions);
            steps(decisions, 10);
        }
        Recording recording = read(Decisions.FILE);
        assertEquals(List.of(Recording.Why.START, Recording.Why.GAP), openings(recording));
        Rerun rerun = new Rerun();
        assertTrue(rerun.run(recording));
        assertEquals(1, rerun.gaps());
        assertEquals(2_048 + 10, rerun.steps());
    }

    @Test
    void aStepThatThrewRunsAgainToTheSameFault() throws Exception {
        try (Decisions decisions = decisions(Decisions.BYTES_MAX)) {
            decisions.start();
            steps(decisions, 10);
            decisions.threw(
                    node, new Event.Tick(node.nowNs() + 1), new IllegalStateException("a bug"));
        }
        Recording recording = read(Decisions.FILE);
        Rerun rerun =
                new Rerun((before, event) -> {
                    if (before.equals(node)) throw new IllegalStateException("a bug");
                    return Failover.step(before, event);
                });
        assertTrue(rerun.run(recording), rerun.difference().toString());
        Rerun mended = new Rerun();
        assertFalse(mended.run(recording));
        assertEquals(
                List.of("fault: java.lang.IllegalStateException: a bug"),
                mended.difference().orElseThrow().recorded());
    }

    /// A folder that cannot be written keeps no module from running.
    @Test
    void withoutAFolderNothingIsRecorded() throws Exception {
        Decisions decisions =
                new Decisions(
                        folder.resolve("missing"),
                        "shop",
                        "a",
                        Decisions.BYTES_MAX,
                        InstantSource.system());
        try (decisions) {
            decisions.start();
            steps(decisions, 10);
        }
        assertFalse(Files.exists(folder.resolve("missing")));
    }
}
