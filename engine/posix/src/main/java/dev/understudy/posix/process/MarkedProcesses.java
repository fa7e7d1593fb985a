package dev.understudy.posix.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Finds the processes of a module by a mark in their environment: the way without control groups.
///
/// A daemon that forks twice and leaves its session still carries the environment it was started
/// with, also after every process of ours has died. One that clears its environment escapes; that
/// is why control groups come first.
public final class MarkedProcesses {
    /// Name of the variable; its value names node and module: `4f2a/postgresql`.
    public static final String VARIABLE = "UNDERSTUDY_MODULE";

    private MarkedProcesses() {}

    /// Lists living processes whose environment has the mark, without the caller itself.
    public static List<Long> find(String mark) throws IOException {
        byte[] wanted = (VARIABLE + "=" + mark).getBytes(StandardCharsets.UTF_8);
        long self = ProcessHandle.current().pid();
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
            for (Path process : all) {
                long pid = Long.parseLong(process.getFileName().toString());
                if (pid != self && hasMark(process, wanted) && isRunning(pid)) {
                    found.add(pid);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    private static boolean hasMark(Path process, byte[] wanted) {
        byte[] environment;
        try {
            environment = Files.readAllBytes(process.resolve("environ"));
        } catch (IOException e) {
            return false; // ended meanwhile, or a kernel thread
        }
        int start = 0;
        for (int i = 0; i < environment.length; i++) {
            if (environment[i] == 0) {
                if (i - start == wanted.length && matches(environment, start, wanted)) {
                    return true;
                }
                start = i + 1;
            }
        }
        return false;
    }

    private static boolean matches(byte[] bytes, int start, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[start + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /// Tells whether a process exists and has not ended.
    public static boolean isRunning(long pid) {
        return ProcessTable.isRunning(pid);
    }

    /// Kills the marked processes until none is left.
    ///
    /// @return those still there after `timeoutMs`, usually none
    public static List<Long> kill(String mark, int timeoutMs) throws IOException {
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000L;
        while (true) {
            List<Long> pids = find(mark);
            for (long pid : pids) {
                ProcessCalls.kill((int) pid, Signal.KILL.number());
            }
            if (pids.isEmpty() || System.nanoTime() - deadlineNs >= 0) {
                return pids;
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
