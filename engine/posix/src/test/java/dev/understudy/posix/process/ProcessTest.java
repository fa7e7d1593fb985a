package dev.understudy.posix.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ProcessTest {
    /// A daemon of the old school: forks, makes its own session, outlives the shell that started
    /// it.
    private static final String DAEMON =
            "(setsid sh -c 'sleep 300 & sleep 300' </dev/null >/dev/null 2>&1 &) ; exec sleep 300";

    private static void await(String what, Check check) throws Exception {
        long deadlineNs = System.nanoTime() + 5_000_000_000L;
        while (!check.holds()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, what);
            LockSupport.parkNanos(2_000_000);
        }
    }

    private interface Check {
        boolean holds() throws Exception;
    }

    @Test
    void aPidFdSignalsAndHearsOfTheEnd() throws Exception {
        Process child = new ProcessBuilder("sleep", "300").start();
        try (PidFd pidFd = PidFd.open(child.pid())) {
            assertTrue(pidFd.isAlive());
            assertFalse(pidFd.awaitExit(5));
            assertTrue(pidFd.signal(Signal.TERM));
            assertTrue(pidFd.awaitExit(5000));
            assertEquals(128 + 15, child.waitFor());
            assertFalse(pidFd.signal(Signal.KILL));
        }
        ErrnoException gone = assertThrows(ErrnoException.class, () -> PidFd.open(child.pid()));
        assertEquals(Errno.ESRCH, gone.errno());
    }

    @Test
    void killingTheGroupKillsWhateverWasForked() throws Exception {
        Optional<Cgroups> cgroups = Cgroups.find();
        assumeTrue(cgroups.isPresent(), "no writable control groups here");
        String name = "understudy-test-" + UUID.randomUUID();
        Cgroup group = cgroups.get().open(name + "/app");
        try {
            Process child =
                    new ProcessBuilder(group.wrap(List.of("sh", "-c", DAEMON)))
                            .redirectErrorStream(true)
                            .start();
            await("four processes in the group", () -> group.pids().size() >= 4);
            assertFalse(group.awaitEmpty(0));
            assertFalse(group.remove());
            assertEquals(1, cgroups.get().named(name).size());
            group.kill();
            assertTrue(group.awaitEmpty(5000));
            assertTrue(child.waitFor(5, TimeUnit.SECONDS));
            await("removed", group::remove);
            group.kill();
            assertEquals(List.of(), group.pids());
        } finally {
            group.kill();
            cgroups.get().open(name).remove();
        }
    }

    @Test
    void withoutGroupsTheMarkInTheEnvironmentFindsThem() throws Exception {
        String mark = "test/" + UUID.randomUUID();
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", DAEMON);
        builder.environment().put(MarkedProcesses.VARIABLE, mark);
        Process child = builder.start();
        try {
            await("four marked processes", () -> MarkedProcesses.find(mark).size() >= 4);
            assertEquals(List.of(), MarkedProcesses.find(mark + "x"));
        } finally {
            assertEquals(List.of(), MarkedProcesses.kill(mark, 5000));
        }
        assertTrue(child.waitFor(5, TimeUnit.SECONDS));
    }

    @Test
    void hierarchiesAreFoundWhereTheyAreMounted() {
        List<String> hybrid =
                List.of(
                        "31 24 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd",
                        "32 24 0:28 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids",
                        "33 24 0:26 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw",
                        "40 1 8:1 / / rw - ext4 /dev/sda1 rw");
        List<String> memberships = List.of("5:pids:/a", "1:name=systemd:/b", "0::/c");
        assertEquals(
                List.of(
                        "v2 at /sys/fs/cgroup/unified",
                        "v1 pids at /sys/fs/cgroup/pids",
                        "v1 name=systemd at /sys/fs/cgroup/systemd"),
                Cgroups.candidates(memberships, hybrid).stream().map(Cgroups::describe).toList());
        assertEquals(List.of(), Cgroups.candidates(memberships, hybrid.subList(3, 4)));
    }

    @Test
    void factsOfTheMachine() throws Exception {
        assertEquals(36, Machine.bootId().length());
        assertTrue(Machine.oomScore(0));
        Prctl.becomeIoFlusher(); // either answer is right: it depends on the capability
    }
}
