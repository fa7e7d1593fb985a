package dev.understudy.node.script;

import dev.understudy.safe.Service;
import dev.understudy.safe.Service.Ready;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Waits until a started service is ready.
final class ReadyChecks {
    private static final int CONNECT_MS = 1000;

    private final Programs programs;

    ReadyChecks(Programs programs) {
        this.programs = programs;
    }

    /// Waits.
    ///
    /// @param ended tells how the service has ended, or null while it may run
    void await(
            Service service,
            Deadline deadline,
            LongSupplier nowNs,
            Supplier<@Nullable String> ended)
            throws ServiceException, InterruptedException, IOException {
        Ready ready = service.ready().orElseThrow();
        if (ready.test() instanceof Ready.After(Duration pause)) {
            pause(pause, deadline, service, ended);
            return;
        }
        Deadline end = deadline.within(ready.within());
        while (!isReady(service, ready, end)) {
            check(service, ended);
            if (end.hasPassed()) {
                throw new ServiceException(
                        service.id(),
                        "service " + service.id() + ": ready: " + describe(ready),
                        true);
            }
            park(Math.min(ready.interval().toNanos(), Math.max(1, end.leftNs())), nowNs);
        }
    }

    private static void pause(
            Duration pause, Deadline deadline, Service service, Supplier<@Nullable String> ended)
            throws ServiceException, InterruptedException {
        Deadline end = deadline.within(pause);
        while (!end.hasPassed()) {
            check(service, ended);
            park(Math.min(100_000_000, Math.max(1, end.leftNs())), end.nowNs());
        }
    }

    private static void check(Service service, Supplier<@Nullable String> ended)
            throws ServiceException {
        String how = ended.get();
        if (how != null) {
            throw new ServiceException(
                    service.id(),
                    "service " + service.id() + ": " + how + " before it was ready",
                    false);
        }
    }

    private static void park(long forNs, LongSupplier nowNs) throws InterruptedException {
        long end = nowNs.getAsLong() + forNs;
        while (nowNs.getAsLong() - end < 0) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.parkNanos(end - nowNs.getAsLong());
        }
    }

    private boolean isReady(Service service, Ready ready, Deadline end)
            throws InterruptedException, IOException {
        return switch (ready.test()) {
            case Ready.Tcp(String host, int port) -> accepts(host, port);
            case Ready.After _ -> true;
            case Ready.FileExists(String path) -> Files.exists(Path.of(path));
            case Ready.Program(var command) -> {
                Optional<Programs.Ended> ended =
                        programs.run(
                                ModuleProcesses.Spec.of(
                                        command, "ready." + service.id(), service.id()),
                                end,
                                true);
                yield ended.isPresent() && ended.get().code() == 0;
            }
        };
    }

    /// Tells whether a port accepts; also the `tcp.check` of scripts.
    static boolean accepts(String host, int port) {
        return accepts(host, port, CONNECT_MS);
    }

    static boolean accepts(String host, int port, int timeoutMs) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), timeoutMs);
            return true;
        } catch (IOException e) {
            return false; // refused, filtered or unknown host: not ready
        }
    }

    private static String describe(Ready ready) {
        return switch (ready.test()) {
                    case Ready.Tcp(String host, int port) ->
                            "no connection to " + host + ":" + port;
                    case Ready.After(Duration pause) -> "pause of " + pause;
                    case Ready.FileExists(String path) -> "no file " + path;
                    case Ready.Program(var command) ->
                            String.join(" ", command) + " did not end with 0";
                }
                + " within "
                + ready.within().toMillis()
                + " ms";
    }
}
