package dev.understudy.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.understudy.guard.fence.FencePlan;
import dev.understudy.guard.fence.GuardMessage;
import dev.understudy.posix.process.Cgroup;
import dev.understudy.posix.process.Cgroups;
import dev.understudy.posix.process.MarkedProcesses;
import dev.understudy.posix.process.UnixSocket;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs a guard on a thread of the test, with `sleep` in the place of safed.
@SuppressWarnings("NullAway.Init") // start() makes the guard
class GuardTest {
    @TempDir Path folder;

    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private @Nullable Guard guard;

    private void start(String... safed) throws Exception {
        Guard started = new Guard(new Settings(folder, List.of(safed), List.of(), 5000));
        guard = started;
        Thread.ofPlatform()
                .name("guard-under-test")
                .start(() -> {
                    try {
                        exitCode.complete(started.run());
                    } catch (Exception e) {
                        exitCode.completeExceptionally(e);
                    }
                });
    }

    @AfterEach
    void stop() throws Exception {
        Guard started = guard;
        if (started != null) {
            started.stop();
            exitCode.get(10, TimeUnit.SECONDS);
            started.close();
        }
    }

    @Test
    void fencesWithinMillisecondsWhenSafedIsKilled() throws Exception {
        Optional<Cgroups> cgroups = Cgroups.find();
        assumeTrue(cgroups.isPresent(), "no writable control groups here");
        Cgroup group = cgroups.get().open("understudy-test-" + UUID.randomUUID());
        String mark = "test/" + UUID.randomUUID();
        ProcessBuilder marked = new ProcessBuilder("sleep", "300");
        marked.environment().put(MarkedProcesses.VARIABLE, mark);
        Process escaped = marked.start();
        Process grouped = new ProcessBuilder(group.wrap(List.of("sleep", "300"))).start();
        try (DatagramSocket peer = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                UnixSocket held = UnixSocket.listen(folder.resolve("held"))) {
            peer.setSoTimeout(5000);
            await("the process is in its group", () -> !group.pids().isEmpty());
            start("sleep", "300");
            long safed = awaitSafed(0);
            UnixSocket heldClient = UnixSocket.connect(folder.resolve("held"));
            UnixSocket heldServer = Objects.requireNonNull(held.accept());
            byte[] sealed = {1, 2, 3};
            InetSocketAddress to =
                    new InetSocketAddress(peer.getLocalAddress(), peer.getLocalPort());
            FencePlan plan =
                    new FencePlan(
                            "m",
                            List.of("understudy_missing"),
                            List.of(),
                            List.of(folder.toString()),
                            List.of("/sys/fs/fuse/connections/999999/abort"),
                            List.of(group.directory().toString()),
                            mark,
                            List.of(new FencePlan.Datagram(to, sealed)));
            try (UnixSocket client = UnixSocket.connect(folder.resolve("guard.sock"))) {
                send(client, new GuardMessage.Hello(), List.of());
                send(client, new GuardMessage.Arm(plan), List.of(heldClient.fd()));
                heldClient.close(); // the guard has it now, or will read it before it fences
                long killedNs = System.nanoTime();
                assertTrue(ProcessHandle.of(safed).orElseThrow().destroyForcibly());

                DatagramPacket told = new DatagramPacket(new byte[10], 10);
                peer.receive(told);
                long toldUs = (System.nanoTime() - killedNs) / 1000;
                assertArrayEquals(sealed, Arrays.copyOf(told.getData(), told.getLength()));
                peer.receive(told); // repeated
                assertTrue(heldServer.await(5000), "the held descriptor is closed");
                assertTrue(Objects.requireNonNull(heldServer.receive()).isEnd());
                assertTrue(grouped.waitFor(5, TimeUnit.SECONDS));
                assertTrue(escaped.waitFor(5, TimeUnit.SECONDS));
                System.out.println("from kill to the fenced message, us: " + toldUs);
                assertTrue(toldUs < 5_000_000, "took us " + toldUs);
            }
            assertNotEquals(safed, awaitSafed(safed), "safed is started again");
            heldServer.close();
        } finally {
            group.kill();
            grouped.waitFor();
            escaped.destroyForcibly();
            group.awaitEmpty(5000);
            group.remove();
        }
    }

    @Test
    void anOrderlyEndIsNotFencedAndEndsTheGuard() throws Exception {
        start("sleep", "300");
        long safed = awaitSafed(0);
        try (DatagramSocket peer = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                UnixSocket client = UnixSocket.connect(folder.resolve("guard.sock"))) {
            InetSocketAddress to =
                    new InetSocketAddress(peer.getLocalAddress(), peer.getLocalPort());
            FencePlan empty = FencePlan.empty("m");
            FencePlan plan =
                    new FencePlan(
                            "m",
                            empty.tables(),
                            empty.addresses(),
                            empty.mounts(),
                            empty.aborts(),
                            empty.cgroups(),
                            "",
                            List.of(new FencePlan.Datagram(to, new byte[] {9})));
            send(client, new GuardMessage.Hello(), List.of());
            send(client, new GuardMessage.Arm(plan), List.of());
            send(client, new GuardMessage.Orderly(false), List.of());
            ProcessHandle.of(safed).orElseThrow().destroyForcibly();
            exitCode.get(10, TimeUnit.SECONDS);
            peer.setSoTimeout(1);
            assertThrows(
                    SocketTimeoutException.class,
                    () -> peer.receive(new DatagramPacket(new byte[1], 1)));
        }
    }

    @Test
    void aGuardThatComesLaterAdoptsTheRunningDaemon() throws Exception {
        Process safed = new ProcessBuilder("sleep", "300").start();
        try {
            PidFile.write(folder.resolve("safed.pid"), safed.pid());
            start("/nonexistent/safed");
            await("it is watched", Objects.requireNonNull(guard)::isWatching);
            safed.destroyForcibly().waitFor();
            // Its end was noticed: the guard tries to start its own, which cannot be.
            await("the pid file is gone", () -> !Files.exists(folder.resolve("safed.pid")));
        } finally {
            safed.destroyForcibly();
        }
    }

    private long awaitSafed(long before) throws Exception {
        long[] pid = {0};
        await(
                "safed runs",
                () -> {
                    pid[0] = PidFile.living(folder.resolve("safed.pid"));
                    return pid[0] != 0 && pid[0] != before;
                });
        return pid[0];
    }

    private static void send(UnixSocket to, GuardMessage message, List<Integer> descriptors)
            throws Exception {
        assertTrue(to.send(GuardMessage.write(message), descriptors));
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        long deadlineNs = System.nanoTime() + 10_000_000_000L;
        while (!condition.holds()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, what);
            LockSupport.parkNanos(2_000_000);
        }
    }
}
