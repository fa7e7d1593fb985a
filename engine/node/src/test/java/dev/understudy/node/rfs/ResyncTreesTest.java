package dev.understudy.node.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Trees that changed on one side only become equal again, whatever was done to them.
@Tag("long")
@Timeout(180)
class ResyncTreesTest {
    @TempDir Path home;
    private TestNode a;
    private TestNode b;
    private long epoch = 1;

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

    private void pair() throws Exception {
        a.start(b);
        b.start(a);
        a.prim(epoch);
        join();
        a.awaitStatus(status -> status.dirtyFiles() == 0, "clean");
    }

    private void join() {
        a.join(b, epoch);
        epoch += 2;
    }

    /// The primary goes on alone, with a new generation from its first write on.
    private void alone() {
        a.command(new Effect.Seal());
        a.await(Event.Sealed.class);
        a.command(new Effect.Serve(epoch, new Generation(1000 + epoch), false, false));
    }

    private void assertEqualTrees(String what) throws Exception {
        a.command(new Effect.Barrier());
        a.await(Event.BarrierDone.class);
        long endNs = System.nanoTime() + 5_000_000_000L;
        String difference = Trees.difference(a.directory, b.directory);
        while (System.nanoTime() < endNs && !difference.isEmpty()) {
            LockSupport.parkNanos(20_000_000);
            difference = Trees.difference(a.directory, b.directory);
        }
        assertEquals("", difference, what);
    }

    @Test
    void followsADirectoryThatMovedBelowItsFormerChild() throws Exception {
        Files.createDirectories(a.directory.resolve("x/y/z"));
        Files.writeString(a.directory.resolve("x/y/file"), "stays with its directory");
        makeOthers();
        pair();
        alone();
        // The directory that takes the other one in is sent first.
        Files.writeString(a.directory.resolve("x/y/z/first"), "");
        touchOthers();
        Files.move(a.directory.resolve("x/y"), a.directory.resolve("y"));
        Files.move(a.directory.resolve("x"), a.directory.resolve("y/z/x"));
        join();
        assertEqualTrees("x below z");
        assertEquals("stays with its directory", Files.readString(b.directory.resolve("y/file")));
    }

    /// Directories that take their turn between those that matter.
    private void makeOthers() throws Exception {
        for (int i = 0; i < 50; i++) {
            Files.createDirectories(a.directory.resolve("others/" + i));
        }
    }

    private void touchOthers() throws Exception {
        for (int i = 0; i < 50; i++) {
            Files.writeString(a.directory.resolve("others/" + i + "/new"), "");
        }
    }

    @Test
    void followsAChainTurnedUpsideDown() throws Exception {
        Files.createDirectories(a.directory.resolve("0/1/2/3/4/5"));
        makeOthers();
        pair();
        alone();
        for (String inner = "0/1/2/3/4/5"; !inner.isEmpty(); ) { // the deepest is sent first
            Files.writeString(a.directory.resolve(inner).resolve("first"), "");
            inner = inner.substring(0, Math.max(0, inner.length() - 2));
        }
        touchOthers();
        Path top = a.directory.resolve("0");
        Path child = top.resolve("1");
        for (int i = 1; i <= 5; i++) { // gives 5/4/3/2/1/0
            Path up = a.directory.resolve(String.valueOf(i));
            Files.move(child, up);
            Files.move(top, up.resolve(top.getFileName()));
            child = up.resolve(String.valueOf(i + 1));
            top = up;
        }
        join();
        assertEqualTrees("a chain of six");
    }

    /// The source is lost at any moment, also while the application goes on writing there: the copy
    /// is set back to exactly what it was, also by the next process, and joins again afterwards.
    @Test
    void aCopyWhoseSourceIsLostIsWhatItWasBefore() throws Exception {
        pair();
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        int setBack = 0;
        int rounds = Integer.getInteger("rounds", 20);
        for (int round = 0; round < rounds; round++) {
            alone();
            TreeEdits edits = new TreeEdits(a.directory, seed + round, "s" + round + "-");
            edits.run(40);
            byte[] data = new byte[random.nextInt(3 << 20)];
            random.nextBytes(data);
            Path large = a.directory.resolve("large");
            if (!Files.isDirectory(large)) { // edits change types, too
                Files.write(large, data);
            }
            Map<String, String> was = withoutLinks(b);
            b.isConsistent = true;
            long id = epoch * 10 + 7;
            b.command(new Effect.JoinAsTarget(new NodeId("a"), id, epoch, false, true));
            b.await(Event.Restorable.class);
            a.command(new Effect.JoinAsSource(new NodeId("b"), id, epoch));
            LockSupport.parkNanos(random.nextLong(6_000_000));
            edits.run(random.nextInt(4));
            a.command(new Effect.DropJoiner());
            if (random.nextInt(4) == 0) {
                b.stop();
                b.start(a);
            }
            if (isSetBack()) {
                setBack++;
                String what = "seed=" + seed + " round=" + round + " " + edits.done();
                assertEquals(was, withoutLinks(b), what);
            }
            a.events.clear();
            b.events.clear();
            join();
            assertEqualTrees("seed=" + seed + " round=" + round + " " + edits.done());
        }
        assertTrue(setBack > rounds / 4, "only " + setBack + " were on the way");
    }

    /// What lies aside is one name more of a file.
    private static Map<String, String> withoutLinks(TestNode of) throws Exception {
        Map<String, String> all = Trees.describe(of.directory);
        all.replaceAll((_, line) -> line.replaceAll(" links=\\d+", ""));
        return all;
    }

    /// @return false if the copy was complete already
    private boolean isSetBack() {
        b.command(new Effect.SetBack());
        while (true) {
            switch (b.await(Event.Data.class)) {
                case Event.IsSetBack _ -> {
                    return true;
                }
                case Event.SetBackFailed failed -> {
                    assertTrue(failed.text().contains("nothing"), failed.text());
                    return false;
                }
                default -> {}
            }
        }
    }

    @Test
    void randomEditsWhileUnmirroredCarryOver() throws Exception {
        pair();
        long seed = Long.getLong("seed", System.nanoTime());
        for (int round = 0; round < Integer.getInteger("rounds", 25); round++) {
            alone();
            TreeEdits edits = new TreeEdits(a.directory, seed + round, "r" + round + "-");
            edits.run(30);
            join();
            assertEqualTrees("seed=" + seed + " round=" + round + " " + edits.done());
        }
    }
}
