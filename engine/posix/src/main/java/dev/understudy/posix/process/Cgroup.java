package dev.understudy.posix.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// One control group: the processes of one module, whatever they forked.
public final class Cgroup {
    private final Path directory;

    /// Names an existing or vanished group by its directory, without touching it.
    public Cgroup(Path directory) {
        this.directory = directory;
    }

    /// Gives the group's directory in the cgroup file system.
    public Path directory() {
        return directory;
    }

    /// Moves a process (all its threads) into the group. Its later children are born there.
    public void add(long pid) throws IOException {
        Files.writeString(directory.resolve("cgroup.procs"), Long.toString(pid));
    }

    /// Wraps a command so that it is inside the group before its first own instruction.
    ///
    /// Moving a started process is a race against its first fork; this is none.
    public List<String> wrap(List<String> command) {
        List<String> wrapped = new ArrayList<>();
        wrapped.add("/bin/sh");
        wrapped.add("-c");
        wrapped.add("echo 0 > \"$0\" && exec \"$@\"");
        wrapped.add(directory.resolve("cgroup.procs").toString());
        wrapped.addAll(command);
        return wrapped;
    }

    /// Lists the processes in the group and the groups below it; empty when it does not exist.
    public List<Long> pids() throws IOException {
        List<Long> pids = new ArrayList<>();
        for (Path group : tree()) {
            try {
                for (String line : Files.readAllLines(group.resolve("cgroup.procs"))) {
                    pids.add(Long.valueOf(line));
                }
            } catch (IOException e) {
                if (Files.isDirectory(group)) { // else it was removed meanwhile (ENOENT, ENODEV)
                    throw e;
                }
            }
        }
        return pids;
    }

    /// Sends SIGKILL to all processes of the group at once and returns; see [#awaitEmpty].
    public void kill() throws IOException {
        Path killFile = directory.resolve("cgroup.kill"); // Linux 5.14
        if (Files.exists(killFile)) {
            try {
                Files.writeString(killFile, "1");
                return;
            } catch (NoSuchFileException e) {
                return; // the group is gone, so are its processes
            }
        }
        killOneByOne();
    }

    private void killOneByOne() throws IOException {
        // A fork may slip through one round; it is there in the next. A fork bomb is slower than
        // kill.
        for (int round = 0; round < 100; round++) {
            List<Long> pids = pids();
            if (pids.isEmpty()) {
                return;
            }
            for (long pid : pids) {
                ProcessCalls.kill((int) pid, Signal.KILL.number());
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /// Waits until no process is left.
    ///
    /// @return false when `timeoutMs` passed (a process in uninterruptible sleep cannot be killed)
    public boolean awaitEmpty(int timeoutMs) throws IOException {
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000L;
        while (true) {
            if (living().isEmpty()) {
                return true;
            }
            if (System.nanoTime() - deadlineNs >= 0) {
                return false;
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    /// Zombies stay listed until their parent waits for them; they run no more.
    private List<Long> living() throws IOException {
        return pids().stream().filter(MarkedProcesses::isRunning).toList();
    }

    /// Removes the group and the groups below it.
    ///
    /// @return false when processes are still in it
    public boolean remove() throws IOException {
        List<Path> tree = new ArrayList<>(tree());
        tree.sort(Comparator.reverseOrder());
        for (Path group : tree) {
            try {
                Files.deleteIfExists(group);
            } catch (DirectoryNotEmptyException e) {
                return false;
            } catch (IOException e) {
                if (Files.isDirectory(group)) {
                    return false; // EBUSY: processes in it
                }
            }
        }
        return true;
    }

    private List<Path> tree() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isDirectory).toList();
        } catch (UncheckedIOException e) {
            return List.of(directory); // a group below vanished during the walk
        }
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
