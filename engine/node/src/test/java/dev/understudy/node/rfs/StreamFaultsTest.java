package dev.understudy.node.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.member.Generation;
import dev.understudy.node.link.TlsIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The stream between two replicas when the network, the peer or its disk misbehaves.
@Tag("long")
@Timeout(180)
class StreamFaultsTest {
    @TempDir Path home;
    private @Nullable CutProxy network;
    private @Nullable LoopDisk disk;
    private TestNode a;
    private TestNode b;

    @BeforeEach
    void make() throws Exception {
        a = new TestNode("a", home, null);
        b = new TestNode("b", home, null);
    }

    @AfterEach
    void stop() throws Exception {
        TestNode[] nodes = {a, b};
        for (TestNode node : nodes) {
            try {
                node.close();
            } catch (java.io.UncheckedIOException e) {
                // a process whose disk is gone cannot end in order
                assertTrue(disk != null, e.toString());
            }
        }
        if (network != null) {
            network.close();
        }
        if (disk != null) {
            disk.close();
        }
    }

    private void pair(@Nullable TlsIdentity ofA, @Nullable TlsIdentity ofB) throws Exception {
        a.close();
        b.close();
        a = new TestNode("a", home, ofA);
        b = new TestNode("b", home, ofB);
        CutProxy between = new CutProxy(b.address());
        network = between;
        a.start("b", between.address(), TestNode.TUNING);
        b.start(a);
        a.prim(1);
        a.join(b, 1);
    }

    private void assertEqualTrees() throws Exception {
        a.command(new Effect.Barrier());
        a.await(Event.BarrierDone.class);
        long endNs = System.nanoTime() + 5_000_000_000L;
        String difference = Trees.difference(a.directory, b.directory);
        while (System.nanoTime() < endNs && !difference.isEmpty()) {
            LockSupport.parkNanos(50_000_000);
            difference = Trees.difference(a.directory, b.directory);
        }
        assertEquals("", difference);
    }

    private void churn(int writers, Work meanwhile) throws Exception {
        Files.write(a.directory.resolve("large"), new byte[1_000_000]);
        AtomicBoolean stop = new AtomicBoolean();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        List<Thread> threads = new java.util.ArrayList<>();
        for (int w = 0; w < writers; w++) {
            int seed = w;
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    ReplicaPairTest.churn(a.directory, seed, stop);
                                } catch (Exception e) {
                                    failures.add(e);
                                }
                            }));
        }
        meanwhile.run();
        stop.set(true);
        for (Thread thread : threads) {
            thread.join(30_000);
            assertFalse(thread.isAlive(), "a writer still waits");
        }
        assertEquals(List.of(), failures);
    }

    private interface Work {
        void run() throws Exception;
    }

    private long lostOfA() {
        return a.history.stream().filter(Event.StreamLost.class::isInstance).count();
    }

    @Test
    void aBrokenConnectionIsResumedWithoutAResynchronisation() throws Exception {
        pair(null, null);
        CutProxy between = java.util.Objects.requireNonNull(network);
        long copied = a.replica().resyncBytes();
        int cuts = 25;
        churn(
                3,
                () -> {
                    Random random = new Random(4);
                    for (int i = 0; i < cuts; i++) {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(120)));
                        long lost = lostOfA();
                        between.cut();
                        a.awaitStatus(_ -> lostOfA() > lost, "hearing of the cut");
                        a.awaitStatus(ReplicaStatus::isStreamUp, "connected again");
                    }
                });
        assertEqualTrees();
        assertEquals(copied, a.replica().resyncBytes(), "bytes resynchronised");
        assertTrue(
                a.history.stream().noneMatch(Event.AckTimeout.class::isInstance),
                () -> "gave the peer up: " + a.history);
        assertEquals(List.of(), a.faults);
        assertEquals(List.of(), b.faults);
    }

    @Test
    void theStreamIsEncryptedWithTheClustersCertificates() throws Exception {
        List<TlsIdentity> identities = TestIdentity.pair(home);
        Files.createDirectories(home.resolve("a/data"));
        Files.writeString(home.resolve("a/data/before"), "copied over TLS");
        pair(identities.get(0), identities.get(1));
        assertTrue(a.replica().status().join().isEncrypted(), "TLS on the source");
        assertTrue(b.replica().status().join().isEncrypted(), "TLS on the target");
        CutProxy between = java.util.Objects.requireNonNull(network);
        churn(
                2,
                () -> {
                    for (int i = 0; i < 5; i++) {
                        LockSupport.parkNanos(100_000_000);
                        between.cut();
                        a.awaitStatus(ReplicaStatus::isStreamUp, "connected again");
                    }
                });
        assertEqualTrees();
        assertTrue(a.replica().status().join().isEncrypted(), "TLS after a cut");
    }

    @Test
    void aPeerThatStandsStillIsGivenUp() throws Exception {
        pair(null, null);
        CountDownLatch wake = new CountDownLatch(1);
        b.onLoop(
                () -> wake.await(60, TimeUnit.SECONDS)); // as after SIGSTOP: TCP goes on, no answer
        Thread writer =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                Files.writeString(a.directory.resolve("waits"), "x");
                            } catch (Exception e) {
                                a.faults.add(e);
                            }
                        });
        a.await(Event.AckTimeout.class);
        assertTrue(writer.isAlive(), "answered although the peer does not have it");
        a.command(new Effect.Seal());
        a.await(Event.Sealed.class);
        assertTrue(writer.isAlive(), "answered before the register knew");
        a.command(new Effect.Serve(3, new Generation(1003), false, false));
        writer.join(20_000);
        assertFalse(writer.isAlive(), "still waits");
        assertEquals("x", Files.readString(a.directory.resolve("waits")));
        wake.countDown();
        b.command(new Effect.Demote());
        a.join(b, 3);
        assertEqualTrees();
        assertEquals(List.of(), a.faults);
    }

    @Test
    void aSwapHandsOverWithoutAnyDifference() throws Exception {
        pair(null, null);
        churn(2, () -> LockSupport.parkNanos(500_000_000));
        for (int round = 0; round < 6; round++) {
            TestNode from = round % 2 == 0 ? a : b;
            TestNode to = round % 2 == 0 ? b : a;
            Files.writeString(from.directory.resolve("round" + round), "by " + from.name);
            from.command(new Effect.CloseGate());
            from.command(new Effect.Barrier());
            from.await(Event.BarrierDone.class);
            long epoch = 10L + round;
            Generation same = from.replica().status().join().generation();
            from.command(new Effect.Follow(epoch));
            to.command(new Effect.Serve(epoch, same, true, false));
            Files.writeString(to.directory.resolve("after" + round), "by " + to.name);
            assertEquals(
                    "by " + from.name, Files.readString(to.directory.resolve("round" + round)));
        }
        assertEqualTrees();
        assertEquals(List.of(), a.faults);
        assertEquals(List.of(), b.faults);
    }

    private void pairOnDisk(boolean small, boolean first) throws Exception {
        String name = first ? "a" : "b";
        disk =
                new LoopDisk(
                        home.resolve(name + ".img"), home.resolve(name), (small ? 24 : 64) << 20);
        pair(null, null);
    }

    @Test
    void aFullDiskOfTheSecondaryIsToldAndTheServiceGoesOn() throws Exception {
        pairOnDisk(true, false);
        java.util.Objects.requireNonNull(disk).fill(2 << 20);
        Thread writer = writes(8 << 20);
        Event.PeerDiskError told = a.await(Event.PeerDiskError.class);
        assertTrue(told.text().contains("no space left"), told.text());
        b.await(Event.DiskFull.class);
        a.command(new Effect.Seal());
        a.await(Event.Sealed.class);
        a.command(new Effect.Serve(3, new Generation(1003), false, false));
        writer.join(20_000);
        assertFalse(writer.isAlive(), "the application still waits");
        assertEquals(List.of(), a.faults);
        assertEquals(8 << 20, Files.size(a.directory.resolve("big")));
    }

    @Test
    void aFullDiskOfThePrimaryIsTheApplicationsError() throws Exception {
        pairOnDisk(true, true);
        java.util.Objects.requireNonNull(disk).fill(2 << 20);
        Thread writer = writes(8 << 20);
        writer.join(20_000);
        assertFalse(writer.isAlive(), "the application still waits");
        assertEquals(1, a.faults.size(), a.faults::toString);
        assertTrue(a.faults.removeFirst().toString().contains("No space left"));
        Files.delete(a.directory.resolve("big"));
        Files.writeString(a.directory.resolve("small"), "fits");
        assertEqualTrees();
    }

    @Test
    void aBrokenDiskOfTheSecondaryIsTold() throws Exception {
        pairOnDisk(false, false);
        java.util.Objects.requireNonNull(disk).losePower();
        Thread writer = writes(1 << 20);
        // Its metadata are on the same disk: it can neither mark nor acknowledge.
        a.await(Event.AckTimeout.class);
        b.awaitStatus(_ -> !b.faults.isEmpty(), "told of its disk");
        a.command(new Effect.Seal());
        a.await(Event.Sealed.class);
        a.command(new Effect.Serve(3, new Generation(1003), false, false));
        writer.join(20_000);
        assertFalse(writer.isAlive(), "the application still waits");
        assertEquals(List.of(), a.faults);
    }

    @Test
    void aBrokenDiskOfThePrimaryIsToldAndTheSecondaryHasEverything() throws Exception {
        pairOnDisk(false, true);
        Files.writeString(a.directory.resolve("acknowledged"), "before");
        java.util.Objects.requireNonNull(disk).losePower();
        writes(1 << 20).join(20_000);
        a.awaitStatus(
                _ -> a.faults.stream().anyMatch(f -> f.toString().contains("HA-3301")),
                "told of its disk");
        b.command(new Effect.TakeOver());
        b.await(Event.TailApplied.class);
        b.command(new Effect.Serve(3, new Generation(1003), false, false));
        assertEquals("before", Files.readString(b.directory.resolve("acknowledged")));
    }

    private Thread writes(int bytes) {
        return Thread.ofPlatform()
                .start(() -> {
                    try {
                        Files.write(a.directory.resolve("big"), new byte[bytes]);
                    } catch (Exception e) {
                        a.faults.add(e);
                    }
                });
    }
}
