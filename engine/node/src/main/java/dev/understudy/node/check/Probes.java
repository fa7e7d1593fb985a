package dev.understudy.node.check;

import dev.understudy.node.check.CheckSources.Verdict;
import dev.understudy.posix.process.ProcessTable;
import dev.understudy.safe.Checker;
import dev.understudy.safe.ProcessWatch;
import dev.understudy.safe.Size;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/// The tests behind the checkers.
final class Probes {
    private static final Duration LISTEN_MAX = Duration.ofSeconds(1);

    private Probes() {}

    /// Makes the test of a checker.
    static Probe of(Checker checker, CheckSources sources) {
        Duration timeout = checker.timeout();
        return switch (checker.kind()) {
            case Checker.Tcp(String address, int port) ->
                    () ->
                            tcp(
                                    address.equals("virtual-ip") ? sources.virtualIp() : address,
                                    port,
                                    timeout);
            case Checker.Script(String file) ->
                    () -> sources.script(file, checker.resource(), timeout);
            case Checker.Ping(String address) -> () -> ping(address, timeout);
            case Checker.Interface(String name) -> () -> link(name);
            case Checker.Ip(String address) -> () -> address(address, sources, timeout);
            case Checker.Disk(String path, Size free) -> () -> disk(path, free);
            case Checker.Http(String url, int status) -> () -> http(url, status, timeout);
            case Checker.OtherModule(String name, Optional<String> node) ->
                    () -> sources.module(name, node);
        };
    }

    static Verdict tcp(String host, int port, Duration timeout) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
            return Verdict.UP;
        } catch (IOException e) {
            return Verdict.down("no connection to " + host + ":" + port + ": " + e.getMessage());
        }
    }

    private static Verdict ping(String address, Duration timeout) {
        try {
            // with CAP_NET_RAW the JDK sends ICMP echo requests, as ping(8) does
            return InetAddress.getByName(address).isReachable((int) timeout.toMillis())
                    ? Verdict.UP
                    : Verdict.down(
                            "no answer from " + address + " within " + timeout.toMillis() + " ms");
        } catch (IOException e) {
            return Verdict.down("cannot ping " + address + ": " + e.getMessage());
        }
    }

    private static Verdict link(String name) {
        try {
            // 1 = carrier; reading fails with EINVAL while the interface is down: sysfs-class-net
            String carrier = Files.readString(Path.of("/sys/class/net", name, "carrier")).strip();
            return carrier.equals("1")
                    ? Verdict.UP
                    : Verdict.down("interface " + name + " has no link");
        } catch (IOException e) {
            return Verdict.down("interface " + name + " is down or not there");
        }
    }

    private static Verdict address(String address, CheckSources sources, Duration timeout)
            throws InterruptedException {
        try {
            // A neighbour answers within milliseconds; silence needs no more than a second.
            Duration listen = timeout.dividedBy(2);
            return sources.address(
                    InetAddress.getByName(address),
                    listen.compareTo(LISTEN_MAX) < 0 ? listen : LISTEN_MAX);
        } catch (IOException e) {
            return Verdict.down("cannot look for " + address + ": " + e.getMessage());
        }
    }

    static Verdict disk(String path, Size free) {
        try {
            long usable = Files.getFileStore(Path.of(path)).getUsableSpace();
            return usable >= free.bytes()
                    ? Verdict.UP
                    : Verdict.down(
                            "%,d bytes are free at %s, wanted are %s"
                                    .formatted(usable, path, free));
        } catch (IOException | InvalidPathException e) {
            return Verdict.down("cannot look at " + path + ": " + e);
        }
    }

    private static Verdict http(String url, int status, Duration timeout) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setConnectTimeout((int) timeout.toMillis());
            connection.setReadTimeout((int) timeout.toMillis());
            try {
                int code = connection.getResponseCode();
                return code == status
                        ? Verdict.UP
                        : Verdict.down(url + " answers " + code + ", expected " + status);
            } finally {
                connection.disconnect();
            }
        } catch (IOException | IllegalArgumentException e) {
            return Verdict.down("no answer from " + url + ": " + e.getMessage());
        }
    }

    /// Makes the test of a process watch.
    static Probe of(ProcessWatch watch) {
        Optional<Pattern> arguments = watch.arguments().map(Pattern::compile);
        return () -> processes(watch, arguments);
    }

    private static Verdict processes(ProcessWatch watch, Optional<Pattern> arguments) {
        try {
            long count =
                    ProcessTable.read().stream()
                            .filter(ProcessTable.Entry::isRunning)
                            .filter(e -> ProcessTable.isNamed(e, watch.name()))
                            .filter(e ->
                                    arguments.isEmpty()
                                            || arguments
                                                    .get()
                                                    .matcher(ProcessTable.arguments(e.pid()))
                                                    .find())
                            .count();
            if (count < watch.atLeast()) {
                return Verdict.down(
                        count + " processes " + watch.name() + ", at least " + watch.atLeast());
            }
            return watch.atMost() >= 0 && count > watch.atMost()
                    ? Verdict.down(
                            count + " processes " + watch.name() + ", at most " + watch.atMost())
                    : Verdict.UP;
        } catch (IOException e) {
            return Verdict.down("cannot list processes: " + e.getMessage());
        }
    }
}
