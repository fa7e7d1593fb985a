package dev.understudy.node.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.understudy.core.member.HaException;
import dev.understudy.guard.fence.FencePlan;
import dev.understudy.guard.fence.GuardMessage;
import dev.understudy.posix.net.EventLoop;
import dev.understudy.posix.process.Cgroup;
import dev.understudy.posix.process.Cgroups;
import dev.understudy.posix.process.Descriptors;
import dev.understudy.posix.process.UnixSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardClientTest {
    @TempDir Path run;

    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private EventLoop loop;

    @BeforeEach
    void open() throws Exception {
        loop = new EventLoop("guard-client-test", faults::add);
        loop.start();
    }

    @AfterEach
    void close() {
        loop.close();
        assertEquals(List.of(), List.copyOf(faults));
    }

    @Test
    void plansReachAGuardThatComesLaterAndOneThatComesAgain() throws Exception {
        try (GuardClient client = new GuardClient(run, loop)) {
            assertFalse(client.start());
            FencePlan plan = FencePlan.empty("m");
            for (int round = 0; round < 2; round++) {
                try (UnixSocket guard = UnixSocket.listen(run.resolve("guard.sock"))) {
                    if (round == 0) {
                        client.arm(plan, List.of(guard.fd()));
                    }
                    assertTrue(guard.await(5000), "the client comes");
                    try (UnixSocket safed = Objects.requireNonNull(guard.accept())) {
                        assertInstanceOf(GuardMessage.Hello.class, next(safed));
                        GuardMessage.Arm arm =
                                assertInstanceOf(GuardMessage.Arm.class, next(safed));
                        assertEquals(plan, arm.plan());
                        await("it knows", client::isGuarded);
                        if (round == 1) {
                            client.orderlyEnd(false);
                            assertInstanceOf(GuardMessage.Disarm.class, next(safed));
                            assertInstanceOf(GuardMessage.Orderly.class, next(safed));
                        }
                    }
                }
                await("its end is noticed", () -> !client.isGuarded());
                if (round == 0) {
                    client.arm(plan, List.of()); // the descriptor of the first guard is closed
                }
            }
        }
    }

    private static GuardMessage next(UnixSocket from) throws Exception {
        assertTrue(from.await(5000), "a message comes");
        UnixSocket.Message message = Objects.requireNonNull(from.receive());
        message.descriptors().forEach(Descriptors::close);
        return GuardMessage.read(message.bytes());
    }

    @Test
    void theNextDaemonCleansUpWhatTheDeadOneLeft() throws Exception {
        Optional<Cgroups> cgroups = Cgroups.find();
        assumeTrue(cgroups.isPresent(), "no writable control groups here");
        Cgroup group = cgroups.get().open("understudy-test-" + UUID.randomUUID());
        Process left = new ProcessBuilder(group.wrap(List.of("sleep", "300"))).start();
        try {
            await("it is in the group", () -> !group.pids().isEmpty());
            try (GuardClient dead = new GuardClient(run, loop)) {
                FencePlan empty = FencePlan.empty("m/odd name");
                dead.arm(
                        new FencePlan(
                                empty.module(),
                                List.of("understudy_none_such"),
                                List.of(),
                                List.of("/nonexistent"),
                                List.of(),
                                List.of(group.directory().toString()),
                                "",
                                List.of()),
                        List.of());
            }
            assertEquals(List.of(), Leftovers.clean(run));
            assertTrue(left.waitFor(5, TimeUnit.SECONDS));
            assertEquals(List.of(), Leftovers.clean(run), "nothing is left");
        } finally {
            left.destroyForcibly().waitFor();
            group.awaitEmpty(5000);
            group.remove();
        }
    }

    @Test
    void aSecondDaemonIsRefused() throws Exception {
        DaemonLock first = DaemonLock.take(run);
        HaException refused = assertThrows(HaException.class, () -> DaemonLock.take(run));
        assertEquals("HA-2201", refused.code());
        first.close();
        DaemonLock.take(run).close();
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
