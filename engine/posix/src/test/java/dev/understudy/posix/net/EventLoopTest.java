package dev.understudy.posix.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventLoopTest {
    private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private EventLoop loop;

    @BeforeEach
    void open() throws Exception {
        loop = new EventLoop("test-loop", faults::add);
        loop.start();
    }

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void runsTasksInOrderOfPosting() throws Exception {
        List<Integer> seen = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < 1000; i++) {
            int n = i;
            loop.execute(() -> seen.add(n));
        }
        loop.execute(done::countDown);
        assertTrue(done.await(5, TimeUnit.SECONDS));
        assertEquals(1000, seen.size());
        for (int i = 0; i < 1000; i++) {
            assertEquals(i, seen.get(i));
        }
    }

    /// When a timer is due at the earliest and at the latest: arming takes a moment.
    private record Due(long fromNs, long toNs) {}

    @Test
    void firesTimersInOrderOfTheirTime() throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        List<Due> fired = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(200);
        loop.execute(() -> {
            for (int i = 0; i < 300; i++) {
                long delayNs = random.nextLong(50_000_000L);
                Due[] due = new Due[1];
                Runnable task =
                        () -> {
                            fired.add(due[0]);
                            done.countDown();
                        };
                long fromNs = loop.nowNs() + delayNs;
                EventLoop.Timer timer = loop.schedule(delayNs, task);
                due[0] = new Due(fromNs, loop.nowNs() + delayNs);
                if (i % 3 == 0) {
                    timer.cancel();
                }
            }
        });
        assertTrue(done.await(10, TimeUnit.SECONDS));
        assertEquals(200, fired.size());
        for (int i = 1; i < fired.size(); i++) {
            assertTrue(fired.get(i - 1).fromNs() <= fired.get(i).toNs(), "timer " + i);
        }
    }

    @Test
    void timerIsPunctual() throws Exception {
        CompletableFuture<Long> lateNs = new CompletableFuture<>();
        long startNs = System.nanoTime();
        loop.schedule(5_000_000L, () -> lateNs.complete(System.nanoTime() - startNs - 5_000_000L));
        long late = lateNs.get(5, TimeUnit.SECONDS);
        assertTrue(late >= 0 && late < 4_000_000_000L, "late by " + late);
    }

    @Test
    void aFaultyTaskDoesNotEndTheLoop() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(() -> {
            throw new IllegalStateException("planted");
        });
        loop.execute(done::countDown);
        assertTrue(done.await(5, TimeUnit.SECONDS));
        assertEquals("planted", faults.remove().getMessage());
    }

    @Test
    void aClosedLoopRefusesTasks() {
        loop.close();
        assertFalse(loop.execute(() -> {}));
    }

    @Test
    void anUnregisteredDescriptorIsNotCalledForEventsOfTheSameRound() throws Exception {
        try (TcpPair one = TcpPair.open();
                TcpPair two = TcpPair.open()) {
            List<Integer> called = new ArrayList<>();
            CountDownLatch done = new CountDownLatch(1);
            loop.execute(() -> {
                EventLoop.Handler first =
                        (fd, _) -> {
                            called.add(fd);
                            unregister(one.server().fd());
                            unregister(two.server().fd());
                            loop.schedule(20_000_000L, done::countDown);
                        };
                try {
                    loop.register(one.server().fd(), EventLoop.READ, first);
                    loop.register(two.server().fd(), EventLoop.READ, first);
                } catch (Exception e) {
                    faults.add(e);
                }
                // Both become ready before the loop looks again.
                TcpPair.send(one.client(), "x");
                TcpPair.send(two.client(), "y");
            });
            assertTrue(done.await(5, TimeUnit.SECONDS));
            assertEquals(1, called.size());
            assertArrayEquals(new Object[0], faults.toArray());
        }
    }

    private void unregister(int fd) {
        try {
            loop.unregister(fd);
        } catch (Exception e) {
            faults.add(e);
        }
    }
}
