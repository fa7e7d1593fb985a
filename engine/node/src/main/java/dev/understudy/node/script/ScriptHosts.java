package dev.understudy.node.script;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.posix.process.ProcessTable;
import dev.understudy.script.wire.Kind;
import dev.understudy.script.wire.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the connection to one script host process, and runs scripts in it.
///
/// A host that ends is followed by another. A run that was lost with it is run once more.
public final class ScriptHosts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScriptHosts.class);

    /// Steps of the ladder after the deadline: time to tidy up, to notice the interrupt, to notice
    /// the close.
    private static final Duration TIDY = Duration.ofSeconds(1);

    private static final Duration STEP = Duration.ofMillis(500);
    private static final Duration START_WITHIN = Duration.ofSeconds(30);

    private final String role;
    private final HostSource source;
    private final LongSupplier nowNs;
    private final Thread keeper;
    private @Nullable HostLink link;
    private volatile boolean isClosed;

    private ScriptHosts(String role, HostSource source, LongSupplier nowNs) {
        this.role = role;
        this.source = source;
        this.nowNs = nowNs;
        this.keeper = Thread.ofPlatform().daemon().name("host-" + role).unstarted(this::keep);
    }

    /// Starts hosts itself, as children of this process.
    ///
    /// @param role hooks or checkers
    /// @param command see [HostCommand]
    public static ScriptHosts launching(String role, List<String> command, LongSupplier nowNs) {
        return new ScriptHosts(role, new HostLauncher(command), nowNs);
    }

    /// Waits for hosts that another process, the guard, starts with `--connect SOCKET`; starts them
    /// itself if none comes.
    ///
    /// @param role hooks or checkers
    /// @param socket made here; readable by the hosts' user
    /// @param grace how long to wait for a host of the guard's
    /// @throws IOException if the socket cannot be made
    public static ScriptHosts listening(
            String role, Path socket, Duration grace, LongSupplier nowNs) throws IOException {
        List<String> own =
                HostCommand.ofThisProcess(
                        Optional.ofNullable(System.getenv("UNDERSTUDY_PROGRAM"))
                                .map(program -> Path.of(program, "share", "safe-scriptd.aot")),
                        role,
                        List.of("--connect", socket.toString()));
        return new ScriptHosts(role, new HostListener(socket, own, grace), nowNs);
    }

    /// Starts, or begins to wait for, the host, and returns at once; it is ready about a second
    /// later.
    public void start() {
        keeper.start();
    }

    private void keep() {
        long backOffMs = 0;
        while (!isClosed) {
            long startNs = nowNs.getAsLong();
            try {
                serveOne();
            } catch (IOException e) {
                if (!isClosed) {
                    LOG.error(
                            "script host does not start; scripts of modules cannot run role={} cause={}",
                            role,
                            String.valueOf(e.getMessage()));
                }
            }
            boolean wasShort = nowNs.getAsLong() - startNs < Duration.ofSeconds(10).toNanos();
            backOffMs = wasShort ? Math.min(10_000, backOffMs * 2 + 100) : 0;
            if (!isClosed) {
                LOG.warn("script host ended; the next one follows role={}", role);
                LockSupport.parkNanos(Duration.ofMillis(backOffMs).toNanos());
            }
        }
    }

    private void serveOne() throws IOException {
        HostSource.Fresh fresh = source.next();
        Optional<ProcessHandle> process = fresh.process();
        try {
            ObjectNode hello = fresh.wire().read();
            if (hello == null
                    || Kind.of(hello.path("t").asText()) != Kind.HELLO
                    || hello.path("v").asInt() != Wire.VERSION
                    || !hello.path("role").asText().equals(role)) {
                throw new IOException("no hello of version " + Wire.VERSION + ": " + hello);
            }
            process = process.or(() -> named(hello.path("pid").asLong()));
            HostLink made = new HostLink(fresh.wire(), process);
            LOG.info("script host ready role={} pid={}", role, hello.path("pid").asLong());
            set(made);
            made.serve();
        } finally {
            set(null);
            process.ifPresent(ProcessHandle::destroyForcibly);
            fresh.wire().close();
        }
    }

    /// Finds the process that a hello names; what is no script host must not be killed for one.
    private static Optional<ProcessHandle> named(long pid) {
        return ProcessTable.arguments(pid).contains("dev.understudy.script.ScriptHost")
                ? ProcessHandle.of(pid)
                : Optional.empty();
    }

    private synchronized void set(@Nullable HostLink made) {
        link = made;
        notifyAll();
    }

    /// Waits until the host is ready.
    ///
    /// @return false if it is not within that time
    public synchronized boolean awaitReady(Duration within) throws InterruptedException {
        return await(Deadline.in(nowNs, within)) != null;
    }

    private synchronized @Nullable HostLink await(Deadline deadline) throws InterruptedException {
        while ((link == null || link.isGone()) && !deadline.hasPassed() && !isClosed) {
            wait(Math.max(1, Math.min(100, deadline.leftNs() / 1_000_000)));
        }
        return link == null || link.isGone() ? null : link;
    }

    /// How a run ended, and whether because of its deadline.
    ///
    /// @param awaited what was open at the deadline
    record Ended(ScriptEnd end, boolean isTimeout, List<String> awaited) {}

    /// Runs a script to its end; blocks. An interrupt of the thread ends it as the deadline does.
    ///
    /// @param atDeadline called before anything is ended because of the deadline
    Ended run(ScriptRequest request, CallHandler handler, Deadline deadline, Runnable atDeadline)
            throws InterruptedException {
        Ended first = runOnce(request, handler, deadline, atDeadline);
        if (first.end().kind() != ScriptEnd.Kind.LOST
                || first.isTimeout()
                || deadline.hasPassed()) {
            return first;
        }
        handler.log("warn", first.end().message() + "; running " + request.entry() + " once more");
        return runOnce(request, handler, deadline, atDeadline);
    }

    private Ended runOnce(
            ScriptRequest request, CallHandler handler, Deadline deadline, Runnable atDeadline)
            throws InterruptedException {
        HostLink host = await(deadline.within(START_WITHIN));
        if (host == null) {
            return new Ended(
                    ScriptEnd.lost("the script host does not start"),
                    deadline.hasPassed(),
                    List.of("the start of the script host"));
        }
        HostLink.Run run = host.begin(request, handler);
        try {
            ScriptEnd end = get(run, deadline.leftNs());
            if (end != null) {
                return new Ended(end, false, List.of());
            }
        } catch (InterruptedException e) {
            Ended _ = climb(host, run, "no longer wanted");
            throw e;
        }
        atDeadline.run();
        return climb(host, run, "the deadline of the hook has passed");
    }

    /// Signal, interrupt, close, kill: each for what the one before could not end.
    private static Ended climb(HostLink host, HostLink.Run run, String reason) {
        host.tell(run, Kind.SIGNAL, reason);
        ScriptEnd end = getQuietly(run, TIDY);
        if (end == null) {
            host.tell(run, Kind.INTERRUPT, reason);
            end = getQuietly(run, STEP);
        }
        if (end == null) {
            host.tell(run, Kind.CLOSE, reason);
            end = getQuietly(run, STEP);
        }
        if (end == null) {
            LOG.warn("a script does not end; ending its host and with it all that run there");
            host.kill();
            end = getQuietly(run, STEP);
        }
        ScriptEnd last = end == null ? ScriptEnd.lost("the script host does not end") : end;
        return new Ended(last, true, run.awaited().isEmpty() ? last.awaiting() : run.awaited());
    }

    /// Waits without regard to interrupts: the ladder is climbed rung by rung, the caller hears of
    /// the interrupt afterwards.
    private static @Nullable ScriptEnd getQuietly(HostLink.Run run, Duration within) {
        boolean wasInterrupted = false;
        try {
            while (true) {
                try {
                    return get(run, within.toNanos());
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static @Nullable ScriptEnd get(HostLink.Run run, long withinNs)
            throws InterruptedException {
        try {
            return run.end().get(withinNs, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            return ScriptEnd.lost(String.valueOf(e.getMessage()));
        }
    }

    /// Ends the host as it is; a new one is started. For an operator, and for tests.
    public synchronized void killHost() {
        if (link != null) {
            link.kill();
        }
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        HostLink current = link;
        if (current != null) {
            current.kill();
        }
        source.close();
        keeper.interrupt();
        notifyAll();
    }
}
