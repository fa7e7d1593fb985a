package dev.understudy.guard;

import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.net.EventLoop;
import dev.understudy.posix.process.PidFd;
import dev.understudy.posix.process.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// One process that the guard keeps running; all calls on the loop's thread.
final class Child {
    /// Exit status of a process that the guard did not start itself: nobody tells it.
    static final int UNKNOWN = -1;

    private final String name;
    private final List<String> command;
    private final EventLoop loop;
    private final IntConsumer onExit;
    private final Backoff backoff = new Backoff();
    private volatile @Nullable PidFd pidFd;
    private @Nullable Process process;
    private long startedNs;

    /// @param onExit gets the exit status, or [#UNKNOWN]; called once for each start
    Child(String name, List<String> command, EventLoop loop, IntConsumer onExit) {
        this.name = name;
        this.command = command;
        this.loop = loop;
        this.onExit = onExit;
    }

    String name() {
        return name;
    }

    boolean isRunning() {
        return pidFd != null;
    }

    long pid() {
        PidFd running = pidFd;
        return running == null ? 0 : running.pid();
    }

    /// Starts the process.
    ///
    /// @throws IOException when the program cannot be executed; it counts as a start that failed
    void start() throws IOException {
        startedNs = loop.nowNs();
        backoff.started(startedNs);
        Process started =
                new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        process = started;
        watch(PidFd.open(started.pid()));
    }

    /// Takes over a process that an earlier guard had started.
    void adopt(long pid) throws ErrnoException {
        startedNs = loop.nowNs();
        backoff.started(startedNs);
        watch(PidFd.open(pid));
    }

    private void watch(PidFd opened) throws ErrnoException {
        pidFd = opened;
        loop.register(opened.fd(), EventLoop.READ, (_, _) -> ended(opened));
    }

    private void ended(PidFd opened) {
        try {
            loop.unregister(opened.fd());
        } catch (ErrnoException e) {
            throw new IllegalStateException(e);
        } finally {
            opened.close();
            pidFd = null;
        }
        Process before = process;
        process = null;
        onExit.accept(before == null ? UNKNOWN : status(before));
    }

    /// The JDK's own thread waits for the child; it has it within a moment of the pidfd's word.
    private static int status(Process ended) {
        try {
            return ended.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }

    void signal(Signal signal) {
        PidFd running = pidFd;
        if (running == null) {
            return;
        }
        try {
            boolean _ = running.signal(signal); // false: its end is on the way to us
        } catch (ErrnoException e) {
            Log.line("cannot signal " + name + ": " + e.getMessage());
        }
    }

    /// Gives how long to wait before the next start, in milliseconds.
    int delayMs() {
        return backoff.nextDelayMs(loop.nowNs());
    }

    /// Gives field 22 of /proc/PID/stat: together with the number it names one process for good.
    static String startTime(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19];
        } catch (IOException e) {
            return "";
        }
    }
}
