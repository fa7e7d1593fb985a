package dev.understudy.node.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.member.Generation;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A primary that loses power comes back by the blocks touched since the last durable point, and
/// nobody walks a tree for it. Real file systems that lose what was not synced.
@Tag("long")
@Timeout(120)
class PowerLossTest {
    private static final int FILES = 300;
    private static final int BYTES = 50_000;

    @TempDir Path home;
    private LoopDisk disk;
    private TestNode a;
    private TestNode b;

    @BeforeEach
    void start() throws Exception {
        disk = new LoopDisk(home.resolve("a.img"), home.resolve("a"), 128 << 20);
        a = new TestNode("a", home, null);
        b = new TestNode("b", home, null);
        Random random = new Random(1);
        for (int i = 0; i < FILES; i++) {
            byte[] data = new byte[BYTES];
            random.nextBytes(data);
            Path in = Files.createDirectories(a.directory.resolve("d" + i % 30));
            Files.write(in.resolve("f" + i), data);
        }
        a.start(b);
        b.start(a);
        a.prim(1);
        a.join(b, 1);
        a.awaitStatus(status -> status.dirtyFiles() == 0, "clean");
        b.awaitStatus(status -> status.dirtyFiles() == 0, "clean");
    }

    @AfterEach
    void stop() throws Exception {
        end(a);
        end(b);
        disk.close();
    }

    private static void end(TestNode node) {
        try {
            node.close();
        } catch (UncheckedIOException e) {
            // a process whose disk is gone cannot end in order
            assertTrue(String.valueOf(e.getCause()).contains("Input/output error"), e.toString());
        }
    }

    private void change(TestNode node, String name) throws Exception {
        for (int i = 0; i < 10; i++) {
            ReplicaPairTest.write(
                    node.directory.resolve("d3/f" + (3 + 30 * i)), 8192, new byte[] {9});
        }
        Files.writeString(node.directory.resolve("d5/" + name), "a new file");
        Files.move(node.directory.resolve("d7"), node.directory.resolve("d6/" + name + "-moved"));
        Files.createDirectories(node.directory.resolve(name + "/deeper"));
        Files.move(node.directory.resolve("d6/" + name + "-moved"), node.directory.resolve("d7"));
    }

    private TestNode back(boolean first) throws Exception {
        disk.losePower();
        int port = a.address().getPort();
        end(a);
        TestNode again = new TestNode("a", null, disk.survived(), port);
        again.bootId = "another boot";
        again.isFirstAtBoot = first;
        return again;
    }

    private void takeOver() throws Exception {
        b.command(new Effect.TakeOver());
        b.await(Event.TailApplied.class);
        b.command(new Effect.Serve(3, new Generation(1003), false, false));
        change(b, "by-b");
    }

    private void assertBack(TestNode again, long copiedMax) throws Exception {
        again.start(b);
        long before = b.replica().resyncBytes();
        b.join(again, 3);
        long copied = b.replica().resyncBytes() - before;
        b.command(new Effect.Barrier());
        b.await(Event.BarrierDone.class);
        long endNs = System.nanoTime() + 5_000_000_000L;
        String difference = Trees.difference(b.directory, again.directory);
        while (System.nanoTime() < endNs && !difference.isEmpty()) {
            LockSupport.parkNanos(20_000_000);
            difference = Trees.difference(b.directory, again.directory);
        }
        assertEquals("", difference);
        assertTrue(copied <= copiedMax, "copied " + copied + " " + again.replica().worth());
        assertEquals(0, b.tree().walks(), "walks of the source");
    }

    @Test
    void comesBackByTheBlocksTouchedWithoutAWalk() throws Exception {
        change(a, "unsynced");
        TestNode again = back(true);
        takeOver();
        try (again) {
            // twice ten blocks, two small files
            assertBack(again, (10 + 10 + 4) * 4096);
            assertEquals(0, again.tree().walks(), "walks of the target");
        }
    }

    @Test
    void whatChangedBeforeTheMountCameBackIsFoundByAWalk() throws Exception {
        TestNode again = back(false);
        Files.writeString(again.directory.resolve("d9/behind-our-back"), "gone again");
        Files.writeString(again.directory.resolve("d9/f9"), "behind our back");
        takeOver();
        try (again) {
            assertBack(again, (10 + 4) * 4096 + BYTES + 4096);
            assertEquals(1, again.tree().walks(), "walks of the target");
        }
    }
}
