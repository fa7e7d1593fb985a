package dev.understudy.node.script;

import dev.understudy.posix.process.Cgroups;
import dev.understudy.safe.Archive;
import dev.understudy.safe.Platform;
import dev.understudy.safe.ReadResult;
import dev.understudy.safe.Resolved;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.read.Resolver;
import dev.understudy.safe.read.SafeReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// A module with real processes in a temporary folder; one pair of script hosts for all tests of
/// this JVM.
final class Stage implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Map<String, ScriptHosts> HOSTS = new ConcurrentHashMap<>();

    final Path folder;
    final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    final Map<String, String> custom = new ConcurrentHashMap<>();
    final ModuleApplication application;
    final String instance;

    /// Makes a module of its userconfig and scripts; `@` in all texts stands for the folder.
    Stage(String userconfig, Map<String, String> scripts) throws IOException {
        this("", userconfig, scripts, Map.of(), Cgroups.find(), Optional.empty());
    }

    Stage(
            String manifest,
            String userconfig,
            Map<String, String> scripts,
            Map<String, String> values,
            Optional<Cgroups> cgroups,
            Optional<Systemctl> systemctl)
            throws IOException {
        this(manifest, userconfig, scripts, values, cgroups, systemctl, Optional.empty());
    }

    /// Makes a module on a Windows that is pretended, with the script hosts of this machine.
    static Stage ofWindows(
            String manifest,
            String userconfig,
            Map<String, String> scripts,
            WindowsPrograms windows)
            throws IOException {
        return new Stage(
                manifest,
                userconfig,
                scripts,
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(windows));
    }

    private Stage(
            String manifest,
            String userconfig,
            Map<String, String> scripts,
            Map<String, String> values,
            Optional<Cgroups> cgroups,
            Optional<Systemctl> systemctl,
            Optional<WindowsPrograms> windows)
            throws IOException {
        instance = "t" + ProcessHandle.current().pid() + "x" + COUNT.incrementAndGet();
        folder = Files.createTempDirectory("understudy-script");
        for (String role : List.of("hooks", "checkers")) {
            ready(role);
        }
        SafeModule module = module(manifest, userconfig, scripts);
        Resolved resolved =
                Resolver.resolve(
                        module, values, windows.isPresent() ? Platform.WINDOWS : Platform.DEBIAN);
        if (resolved.config().isEmpty()) {
            throw new IllegalArgumentException(resolved.findings().toString());
        }
        application =
                new ModuleApplication(
                        new ModuleApplication.Parts(
                                instance,
                                module,
                                resolved,
                                host("hooks"),
                                host("checkers"),
                                new View(),
                                (level, source, text) ->
                                        log.add(level + " " + source + ": " + text),
                                folder.resolve("run"),
                                folder.resolve("traces"),
                                cgroups,
                                System::nanoTime),
                        systemctl,
                        windows);
    }

    static ScriptHosts host(String role) {
        return HOSTS.computeIfAbsent(
                role,
                r -> {
                    ScriptHosts made =
                            ScriptHosts.launching(
                                    r,
                                    HostCommand.ofThisProcess(
                                            Optional.empty(), r, List.of("--stdio")),
                                    System::nanoTime);
                    made.start();
                    return made;
                });
    }

    private static void ready(String role) throws IOException {
        try {
            if (!host(role).awaitReady(Duration.ofSeconds(90))) {
                throw new IOException("the script host does not start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private SafeModule module(String manifest, String userconfig, Map<String, String> scripts) {
        Map<String, Archive.File> files = new LinkedHashMap<>();
        put(
                files,
                "module.yaml",
                "format: 1\nname: stage\nversion: 1.0.0\nkind: light\n" + manifest);
        put(files, "conf/userconfig.yaml", "format: 1\n" + userconfig);
        scripts.forEach((path, text) -> put(files, path, text));
        ReadResult result = SafeReader.of(Archive.of(files));
        if (!result.isGood()) {
            throw new IllegalArgumentException(result.findings().toString());
        }
        return result.module().orElseThrow();
    }

    private void put(Map<String, Archive.File> files, String path, String text) {
        byte[] bytes = text.replace("@", folder.toString()).getBytes(StandardCharsets.UTF_8);
        files.put(path, new Archive.File(bytes, false));
    }

    Path script(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text.replace("@", folder.toString()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    HookResult run(Hook hook) throws Exception {
        return run(hook, false, Duration.ofSeconds(60));
    }

    HookResult run(Hook hook, boolean force, Duration deadline) throws Exception {
        return begin(hook, force, deadline).get(deadline.toSeconds() + 30, TimeUnit.SECONDS);
    }

    CompletableFuture<HookResult> begin(Hook hook, boolean force, Duration deadline) {
        HookContext context = HookContext.of("WAIT", "ALONE", "start");
        return application.run(hook, force ? context.forced() : context, deadline);
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within 90 s");
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Override
    public void close() throws IOException {
        KillReport report = application.kill(Duration.ofSeconds(10));
        application.close();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
        if (!report.isClean()) {
            throw new AssertionError("left: " + report);
        }
    }

    private final class View implements ModuleView {
        @Override
        public String state() {
            return "WAIT";
        }

        @Override
        public Map<String, String> node() {
            return Map.of("name", "one");
        }

        @Override
        public Map<String, String> peer() {
            return Map.of("name", "two", "state", "PRIM", "reachable", "true");
        }

        @Override
        public Optional<String> resource(String id) {
            return Optional.ofNullable(custom.get(id));
        }

        @Override
        public void setResource(String id, boolean isUp, String detail) {
            custom.put(id, isUp ? "up" : "down");
        }

        @Override
        public void progress(String text, int percent) {
            log.add(text.isEmpty() ? "progress ended" : "progress " + text + " " + percent);
        }
    }

    /// Gives the lines of the log that contain a text.
    List<String> logged(String text) {
        return log.stream().filter(l -> l.contains(text)).toList();
    }
}
