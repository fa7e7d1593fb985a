package dev.understudy.node.rfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.member.Generation;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `durability: disk`: what was answered survives the loss of power of both nodes, no fsync needed.
@Tag("long")
@Timeout(120)
class DiskDurabilityTest {
    private static final Tuning TUNING =
            new Tuning(5_000_000_000L, 1_000_000_000L, 64L << 20, 16L << 20, 0, 2_000_000L, true);

    @TempDir Path home;
    private LoopDisk diskA;
    private LoopDisk diskB;
    private TestNode a;
    private TestNode b;

    @BeforeEach
    void start() throws Exception {
        diskA = new LoopDisk(home.resolve("a.img"), home.resolve("a"), 64 << 20);
        diskB = new LoopDisk(home.resolve("b.img"), home.resolve("b"), 64 << 20);
        a = new TestNode("a", home, null);
        b = new TestNode("b", home, null);
        a.start("b", b.address(), TUNING);
        b.start("a", a.address(), TUNING);
        a.prim(1);
    }

    @AfterEach
    void stop() throws Exception {
        end(a);
        end(b);
        diskA.close();
        diskB.close();
    }

    private byte[] content(int i) {
        byte[] data = new byte[5000];
        java.util.Arrays.fill(data, (byte) (i + 1));
        return data;
    }

    private static void end(TestNode node) {
        try {
            node.close();
        } catch (UncheckedIOException e) {
            // a process whose disk is gone cannot end in order
            assertTrue(String.valueOf(e.getCause()).contains("Input/output error"), e.toString());
        }
    }

    private void assertSurvived(LoopDisk disk, int files) throws Exception {
        Path data = disk.survived().resolve("data");
        for (int i = 0; i < files; i++) {
            assertArrayEquals(content(i), Files.readAllBytes(data.resolve("f" + i)));
        }
    }

    @Test
    void whatWasAnsweredIsOnBothDisks() throws Exception {
        a.join(b, 1);
        for (int i = 0; i < 20; i++) {
            Files.write(a.directory.resolve("f" + i), content(i));
        }
        diskA.losePower();
        diskB.losePower();
        assertSurvived(diskA, 20);
        assertSurvived(diskB, 20);
    }

    @Test
    void aloneTheOwnDiskCounts() throws Exception {
        for (int i = 0; i < 10; i++) {
            Files.write(a.directory.resolve("f" + i), content(i));
        }
        diskA.losePower();
        assertSurvived(diskA, 10);
    }

    @Test
    void writersShareCommits() throws Exception {
        a.join(b, 1);
        long before = a.replica().metrics().points();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < 8; w++) {
            int mine = w;
            writers.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    for (int i = 0; i < 25; i++) {
                                        Files.write(
                                                a.directory.resolve("w" + mine + "-" + i),
                                                content(i));
                                    }
                                } catch (Exception e) {
                                    failures.add(e);
                                }
                            }));
        }
        for (Thread writer : writers) {
            writer.join(60_000);
        }
        assertEquals(List.of(), failures);
        long commits = a.replica().status().join().points() - before;
        // 8 × 25 × (create, write): one by one it would be 400
        assertTrue(commits < 300, "commits " + commits);
    }

    @Test
    void answersWhatWaitedWhenThePeerDies() throws Exception {
        a.join(b, 1);
        b.stop();
        a.await(Event.StreamLost.class);
        Thread writer =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                Files.write(a.directory.resolve("f0"), content(0));
                            } catch (Exception e) {
                                a.faults.add(e);
                            }
                        });
        a.command(new Effect.Seal());
        a.await(Event.Sealed.class);
        a.command(new Effect.Serve(3, new Generation(1003), false, false));
        writer.join(20_000);
        assertTrue(!writer.isAlive(), "the writer still waits");
        assertEquals(List.of(), a.faults);
        diskA.losePower();
        assertSurvived(diskA, 1);
    }
}
