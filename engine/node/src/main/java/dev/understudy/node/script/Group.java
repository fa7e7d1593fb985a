package dev.understudy.node.script;

import dev.understudy.posix.process.Cgroup;
import dev.understudy.posix.process.ProcessTable;
import dev.understudy.posix.process.ProcessTable.Entry;
import dev.understudy.posix.process.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// Processes that belong together, whatever they forked: those of a service, of one call, or of a
/// whole module.
///
/// Known by a cgroup where one can be made, and by a variable that every child inherits. A program
/// that overwrites its environment and left its session is found by the cgroup alone.
final class Group {
    private static final long REAPED_WITHIN_NS = 2_000_000_000L;

    private final Optional<Cgroup> cgroup;
    private final String variable;
    private final LongSupplier nowNs;
    private final Set<Long> noted = new HashSet<>();

    /// Names a group.
    ///
    /// @param variable `NAME=value`
    Group(Optional<Cgroup> cgroup, String variable, LongSupplier nowNs) {
        this.cgroup = cgroup;
        this.variable = variable;
        this.nowNs = nowNs;
    }

    Optional<Cgroup> cgroup() {
        return cgroup;
    }

    String variable() {
        return variable;
    }

    /// Lists what runs; by the cgroup alone if there is one, for speed.
    List<Entry> running() throws IOException {
        if (cgroup.isEmpty()) {
            return ProcessTable.family(variable);
        }
        List<Long> pids = cgroup.get().pids();
        return pids.isEmpty()
                ? List.of()
                : ProcessTable.read().stream()
                        .filter(e -> e.isRunning() && pids.contains(e.pid()))
                        .toList();
    }

    /// Sends a signal to every process of the group.
    void signal(Signal signal) throws IOException {
        note();
        for (Entry entry : running()) {
            ProcessTable.signal(entry.pid(), signal);
        }
    }

    /// Waits until nothing runs. A cgroup lists no process any more that has begun to end; its
    /// connections end later, and until then clients must be able to hear of it.
    ///
    /// @return false if something still does at the deadline
    boolean awaitEmpty(long deadlineNs) throws IOException, InterruptedException {
        while (isAnyRunning()) {
            if (nowNs.getAsLong() - deadlineNs >= 0) {
                return false;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.parkNanos(10_000_000);
        }
        return true;
    }

    private boolean isAnyRunning() throws IOException {
        note();
        return noted.stream().anyMatch(ProcessTable::isRunning);
    }

    /// Remembers what runs now, so that [#awaitEmpty] waits for its end to the last.
    void note() throws IOException {
        running().forEach(entry -> noted.add(entry.pid()));
    }

    /// Kills every process, by cgroup and by variable, until none is left.
    KillReport kill(long withinNs) throws IOException {
        long startNs = nowNs.getAsLong();
        int killed = 0;
        Set<Long> seen = new HashSet<>();
        List<Entry> left = all();
        while (!left.isEmpty()) {
            killed = Math.max(killed, left.size());
            if (cgroup.isPresent()) {
                cgroup.get().kill();
            }
            for (Entry entry : left) {
                seen.add(entry.pid());
                ProcessTable.signal(entry.pid(), Signal.KILL);
            }
            LockSupport.parkNanos(2_000_000);
            left = all();
            if (left.isEmpty()) {
                left = stillEnding(seen);
            }
            if (nowNs.getAsLong() - startNs >= withinNs) {
                break;
            }
        }
        awaitReaped(seen, left);
        if (left.isEmpty() && cgroup.isPresent()) {
            boolean _ = cgroup.get().remove();
        }
        return new KillReport(
                Math.max(0, killed - left.size()),
                left.stream().map(e -> e.pid() + " " + e.name()).toList(),
                nowNs.getAsLong() - startNs);
    }

    private static List<Entry> stillEnding(Set<Long> seen) throws IOException {
        return ProcessTable.read().stream()
                .filter(entry -> seen.contains(entry.pid()) && entry.isRunning())
                .toList();
    }

    /// Waits a moment for the parents of killed processes, mostly init, to take note of their end.
    /// Programs that test a stale pid file by kill(2) with signal 0, as PostgreSQL does, take a
    /// zombie for a running server.
    private void awaitReaped(Set<Long> pids, List<Entry> left) {
        left.forEach(entry -> pids.remove(entry.pid()));
        long endNs = nowNs.getAsLong() + REAPED_WITHIN_NS;
        while (pids.stream().anyMatch(pid -> Files.exists(Path.of("/proc/" + pid)))) {
            if (nowNs.getAsLong() - endNs >= 0) {
                return;
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    /// Lists what runs, by both signs.
    List<Entry> all() throws IOException {
        List<Entry> family = ProcessTable.family(variable);
        if (cgroup.isEmpty()) {
            return family;
        }
        List<Long> pids = cgroup.get().pids();
        List<Long> found = family.stream().map(Entry::pid).toList();
        return ProcessTable.read().stream()
                .filter(e -> e.isRunning() && (pids.contains(e.pid()) || found.contains(e.pid())))
                .toList();
    }
}
