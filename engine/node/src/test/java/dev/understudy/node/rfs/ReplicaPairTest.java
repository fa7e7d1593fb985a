package dev.understudy.node.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two replicas in one process: real mounts, real TCP on loopback.
@Tag("long")
@Timeout(120)
class ReplicaPairTest {
    @TempDir Path home;
    private TestNode a;
    private TestNode b;

    @BeforeEach
    void start() throws Exception {
        a = new TestNode("a", home, null);
        b = new TestNode("b", home, null);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        assertEquals(List.of(), a.faults);
        assertEquals(List.of(), b.faults);
    }

    private void startBoth() throws Exception {
        a.start(b);
        b.start(a);
    }

    private void assertEqualTrees() throws Exception {
        a.command(new Effect.Barrier());
        a.await(Event.BarrierDone.class);
        awaitEqual();
    }

    static void write(Path file, long offset, byte[] data) throws Exception {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(data), offset);
        }
    }

    @Test
    void aloneServes() throws Exception {
        a.start(b);
        a.prim(1);
        Files.writeString(a.directory.resolve("x"), "hello");
        assertEquals("hello", Files.readString(a.directory.resolve("x")));
    }

    @Test
    void firstCopyThenLiveWrites() throws Exception {
        Files.createDirectories(a.directory.resolve("d/e"));
        Files.writeString(a.directory.resolve("d/e/f"), "before");
        byte[] large = new byte[3_000_000];
        new Random(1).nextBytes(large);
        Files.write(a.directory.resolve("large"), large);
        Files.createSymbolicLink(a.directory.resolve("link"), Path.of("d/e/f"));
        Files.createLink(a.directory.resolve("hard"), a.directory.resolve("large"));
        Files.writeString(b.directory.resolve("stale"), "goes away");
        startBoth();
        a.prim(1);
        a.join(b, 1);
        Files.writeString(a.directory.resolve("d/live"), "after");
        write(a.directory.resolve("large"), 1_000_000, new byte[100_000]);
        Files.move(a.directory.resolve("d/e/f"), a.directory.resolve("moved"));
        Files.delete(a.directory.resolve("link"));
        assertEqualTrees();
    }

    /// A database that recovers syncs each of its files, and most have nothing to sync.
    @Test
    void syncOfWhatIsDurableAsksNobody() throws Exception {
        startBoth();
        a.prim(1);
        a.join(b, 1);
        Path file = a.directory.resolve("file");
        Files.writeString(file, "first");
        sync(file);
        sync(a.directory); // tells its time stamps too, which else would follow a second later
        a.awaitStatus(s -> s.dirtyFiles() == 0, "clean");
        long before = syncs();
        sync(file);
        sync(a.directory);
        assertEquals(before, syncs(), "syncs that had nothing to do went to the peer");
        Files.move(file, a.directory.resolve("moved"));
        sync(a.directory.resolve("moved"));
        assertEquals(before + 1, syncs(), "a new name is to be made durable");
        write(a.directory.resolve("moved"), 0, new byte[] {1});
        sync(a.directory.resolve("moved"));
        assertEquals(before + 2, syncs());
    }

    @Test
    void aSyncOfThePeerWaitsForNoConfirmationThatIsPutOff() throws Exception {
        long lateNs = 10_000_000_000L;
        Tuning tuning =
                new Tuning(2_000_000_000L, 1L << 50, 64L << 20, 16L << 20, 0, lateNs, false);
        a.start(b.name, b.address(), tuning);
        b.start(a);
        a.prim(1);
        a.join(b, 1);
        Path file = a.directory.resolve("file");
        write(file, 0, new byte[100]);
        long fromNs = System.nanoTime();
        sync(file);
        long tookNs = System.nanoTime() - fromNs;
        assertTrue(tookNs < lateNs / 2, "fsync took " + tookNs / 1_000_000 + " ms");
    }

    /// A secondary that leaves right after its first copy returns by what changed since, although
    /// no recurring point came in between.
    @Test
    void whatWasCopiedLeavesTheSetsAtOnce() throws Exception {
        Files.write(a.directory.resolve("large"), new byte[5_000_000]);
        Tuning never =
                new Tuning(2_000_000_000L, 1L << 50, 64L << 20, 16L << 20, 0, 2_000_000L, false);
        a.start(b.name, b.address(), never);
        b.start(a);
        a.prim(1);
        write(a.directory.resolve("alone"), 0, new byte[1_000_000]);
        a.join(b, 1);
        a.awaitStatus(s -> s.dirtyFiles() == 0, "clean");
    }

    private long syncs() {
        a.replica().status().join(); // what the loop wrote until now is seen here
        return a.replica().metrics().syncNs().getTotalCount();
    }

    private static void sync(Path file) throws Exception {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Whoever reads the secondary's directory, a backup for instance, makes the kernel remember
    /// its files; what the primary removes later must cost neither descriptors nor space there.
    @Test
    void filesRemovedByThePeerCostNothingThoughTheyWereLookedUp() throws Exception {
        startBoth();
        a.prim(1);
        a.join(b, 1);
        for (int i = 0; i < 200; i++) {
            Files.writeString(a.directory.resolve("f" + i), "content");
        }
        assertEqualTrees();
        for (int i = 0; i < 200; i++) {
            assertEquals(7, Files.size(b.directory.resolve("f" + i)));
        }
        for (int i = 0; i < 200; i++) {
            Files.delete(a.directory.resolve("f" + i));
        }
        assertEqualTrees();
        b.awaitStatus(_ -> removedAndOpen() == 0, "without descriptors of removed files");
    }

    /// Counts descriptors of this process; the trees below are mounts of their own, so their paths
    /// begin at the replicated directory.
    private static long removedAndOpen() {
        long count = 0;
        try (var fds = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path fd : fds) {
                try {
                    String target = Files.readSymbolicLink(fd).toString();
                    count += target.matches(".*/f\\d+ \\(deleted\\)") ? 1 : 0;
                } catch (java.nio.file.NoSuchFileException _) {
                    // closed meanwhile
                }
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return count;
    }

    @Test
    void whatWasBroughtByOtherMeansIsComparedAndNotCopied() throws Exception {
        for (TestNode node : List.of(a, b)) {
            Random random = new Random(4);
            for (int i = 0; i < 30; i++) {
                byte[] data = new byte[100_000];
                random.nextBytes(data);
                Path folder = Files.createDirectories(node.directory.resolve("d" + i % 3));
                Files.write(folder.resolve("f" + i), data);
            }
        }
        Files.createLink(b.directory.resolve("same"), b.directory.resolve("d1/f1"));
        Files.writeString(a.directory.resolve("same"), "one of its own here");
        write(b.directory.resolve("d2/f2"), 50_000, new byte[] {1, 2, 3});
        Files.writeString(b.directory.resolve("d0/more"), "only there");
        startBoth();
        a.prim(1);
        a.join(b, 1);
        assertEqualTrees();
        long copied = a.resynced.getLast().bytesCopied();
        // one 64 KiB piece that differs, the file that had two names there, the small one
        assertTrue(copied <= 65_536 + 100_000 + 4096, "copied " + copied);
        assertTrue(copied >= 100_000, "copied " + copied);
    }

    @Test
    void aloneAgainThenBackByTheBlocksTouched() throws Exception {
        byte[] large = new byte[40_000_000];
        new Random(2).nextBytes(large);
        Files.write(a.directory.resolve("large"), large);
        startBoth();
        a.prim(1);
        a.join(b, 1);
        assertEqualTrees();
        long copiedBefore = a.replica().resyncBytes();
        a.awaitStatus(s -> s.dirtyFiles() == 0, "clean");

        loseSecondary(3);
        for (int i = 0; i < 10; i++) {
            write(a.directory.resolve("large"), i * 3_000_000L, new byte[] {1});
        }
        Files.writeString(a.directory.resolve("new"), "made alone");
        a.join(b, 3);
        assertEqualTrees();
        long copied = a.replica().resyncBytes() - copiedBefore;
        assertEquals(copied, a.resynced.getLast().bytesCopied());
        assertEquals(copied, b.resynced.getLast().bytesCopied());
        assertEquals("", a.resynced.getLast().failure());
        assertTrue(!a.resynced.getLast().comparedAll(), "the sets say what differs");
        assertTrue(copied <= 12 * 4096, "copied " + copied);
        assertTrue(copied > 0, "copied nothing");
    }

    /// SECOND's daemon dies; PRIM goes on alone under `epoch` (rule L1).
    private void loseSecondary(long epoch) throws Exception {
        b.stop();
        a.await(Event.StreamLost.class);
        a.command(new Effect.Seal());
        a.await(Event.Sealed.class);
        dev.understudy.core.member.Generation now = a.replica().status().join().generation();
        a.command(new Effect.Serve(epoch, now, false, true));
        Thread minter =
                Thread.ofPlatform()
                        .start(() -> {
                            a.await(Event.FirstWriteAlone.class);
                            a.command(
                                    new Effect.UseGeneration(
                                            new dev.understudy.core.member.Generation(
                                                    1000 + epoch)));
                        });
        write(a.directory.resolve("first-alone"), 0, new byte[] {7});
        minter.join(10_000);
        b.start(a);
    }

    @Test
    void theSecondaryTakesOverWithEverythingAcknowledged() throws Exception {
        startBoth();
        a.prim(1);
        a.join(b, 1);
        for (int i = 0; i < 50; i++) {
            Files.writeString(a.directory.resolve("f" + i), "content " + i);
        }
        var before = Trees.describe(a.directory);
        b.command(new Effect.TakeOver());
        b.await(Event.TailApplied.class);
        a.command(new Effect.Abort());
        b.command(new Effect.Serve(3, b.replica().status().join().generation(), false, false));
        for (int i = 0; i < 50; i++) {
            assertEquals("content " + i, Files.readString(b.directory.resolve("f" + i)));
        }
        assertEquals(before.keySet(), Trees.describe(b.directory).keySet());
        Files.writeString(b.directory.resolve("after"), "take-over");
        a.await(Event.Mounted.class);
        b.join(a, 3);
        b.command(new Effect.Barrier());
        b.await(Event.BarrierDone.class);
        awaitEqual();
    }

    /// Times that the kernel gave travel within a second.
    private void awaitEqual() throws Exception {
        long endNs = System.nanoTime() + 5_000_000_000L;
        String difference = Trees.difference(a.directory, b.directory);
        while (System.nanoTime() < endNs && !difference.isEmpty()) {
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
            difference = Trees.difference(a.directory, b.directory);
        }
        assertEquals("", difference);
    }

    @Test
    void joinsWhileTheApplicationWrites() throws Exception {
        byte[] large = new byte[20_000_000];
        new Random(3).nextBytes(large);
        Files.write(a.directory.resolve("large"), large);
        startBoth();
        a.prim(1);
        java.util.concurrent.atomic.AtomicBoolean stop =
                new java.util.concurrent.atomic.AtomicBoolean();
        List<Throwable> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
        List<Thread> writers = new java.util.ArrayList<>();
        for (int w = 0; w < 3; w++) {
            int seed = w;
            writers.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    churn(a.directory, seed, stop);
                                } catch (Exception e) {
                                    failures.add(e);
                                }
                            }));
        }
        a.join(b, 1);
        java.util.concurrent.locks.LockSupport.parkNanos(300_000_000);
        stop.set(true);
        for (Thread writer : writers) {
            writer.join(20_000);
        }
        assertEquals(List.of(), failures);
        assertEqualTrees();
    }

    /// Random work of one program: writes, cuts, new files, renames, links, removals.
    static void churn(Path root, int seed, java.util.concurrent.atomic.AtomicBoolean stop)
            throws Exception {
        Random random = new Random(seed);
        Path mine = Files.createDirectories(root.resolve("w" + seed));
        while (!stop.get()) {
            Path file = mine.resolve("f" + random.nextInt(20));
            switch (random.nextInt(10)) {
                case 0 -> Files.deleteIfExists(file);
                case 1 -> {
                    if (Files.exists(file)) {
                        Files.move(
                                file,
                                mine.resolve("f" + random.nextInt(20)),
                                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                    }
                }
                case 2 -> {
                    Path dir = Files.createDirectories(mine.resolve("d" + random.nextInt(3)));
                    Files.writeString(dir.resolve("g" + random.nextInt(5)), "x" + seed);
                }
                case 3 -> {
                    if (Files.exists(file)) {
                        try (FileChannel channel =
                                FileChannel.open(file, StandardOpenOption.WRITE)) {
                            channel.truncate(random.nextInt(50_000));
                        }
                    }
                }
                case 4 -> {
                    Path link = mine.resolve("l" + random.nextInt(5));
                    Files.deleteIfExists(link);
                    if (Files.exists(file)) {
                        Files.createLink(link, file);
                    }
                }
                case 5 -> write(root.resolve("large"), random.nextInt(19_000_000), bytes(random));
                default -> write(file, random.nextInt(200_000), bytes(random));
            }
        }
    }

    private static byte[] bytes(Random random) {
        byte[] data = new byte[random.nextInt(1, 20_000)];
        random.nextBytes(data);
        return data;
    }
}
