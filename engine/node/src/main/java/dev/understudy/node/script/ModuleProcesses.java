package dev.understudy.node.script;

import dev.understudy.posix.process.Cgroup;
import dev.understudy.posix.process.Cgroups;
import dev.understudy.posix.process.MarkedProcesses;
import dev.understudy.posix.process.ProcessTable;
import dev.understudy.posix.process.ProcessTable.Entry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Starts the programs of one module and knows all that came of them.
///
/// Each program is inside the module's cgroup before its first own instruction, and carries marks
/// in its environment.
final class ModuleProcesses {
    private static final String GROUP_VARIABLE = "UNDERSTUDY_GROUP";
    private static final String PATH =
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// A program to start.
    ///
    /// @param argv absolute path and arguments
    /// @param user whom it runs as; empty = the daemon's own
    /// @param directory working directory; empty = `/`
    /// @param group name of the group it belongs to
    /// @param source who it is in the log
    record Spec(
            List<String> argv,
            Optional<String> user,
            Optional<String> directory,
            Map<String, String> environment,
            Optional<String> input,
            String group,
            String source) {
        static Spec of(List<String> argv, String group, String source) {
            return new Spec(
                    argv,
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    group,
                    source);
        }
    }

    /// A program that was started.
    record Started(Process process, Output out, Output err, Group group) {}

    private final String instance;
    private final String module;
    private final Path folder;
    private final Optional<Cgroups> cgroups;
    private final ModuleLog log;
    private final LongSupplier nowNs;
    private final Group all;
    private final AtomicLong lastPipe = new AtomicLong();

    /// Names the module's processes; starts nothing.
    ///
    /// @param instance tells this daemon from others on the machine; letters and digits
    /// @param folder for the pipes; made when needed
    ModuleProcesses(
            String instance,
            String module,
            Path folder,
            Optional<Cgroups> cgroups,
            ModuleLog log,
            LongSupplier nowNs) {
        this.instance = instance;
        this.module = module;
        this.folder = folder;
        this.cgroups = cgroups;
        this.log = log;
        this.nowNs = nowNs;
        this.all = new Group(open(""), MarkedProcesses.VARIABLE + "=" + mark(), nowNs);
    }

    /// Gives the clock that all of this counts on.
    LongSupplier clock() {
        return nowNs;
    }

    private String mark() {
        return instance + "/" + module;
    }

    private Optional<Cgroup> open(String below) {
        if (cgroups.isEmpty()) {
            return Optional.empty();
        }
        try {
            String name =
                    "understudy-" + instance + "/" + module + (below.isEmpty() ? "" : "/" + below);
            return Optional.of(cgroups.get().open(name));
        } catch (IOException e) {
            log.line("warn", "cgroup", "no cgroup (" + e + "); processes are known by their marks");
            return Optional.empty();
        }
    }

    /// Gives the group of a name; its cgroup is made if need be.
    Group group(String name) {
        return new Group(open(name), GROUP_VARIABLE + "=" + mark() + "/" + name, nowNs);
    }

    /// Gives the group of the whole module.
    Group all() {
        return all;
    }

    /// Starts a program.
    ///
    /// @throws IOException with a text for people if it cannot be started
    Started start(Spec spec) throws IOException {
        Group group = group(spec.group());
        Map<String, String> environment = environment(group);
        List<String> argv = new ArrayList<>(spec.argv());
        Path program = Path.of(argv.getFirst());
        if (!program.isAbsolute() || !Files.isExecutable(program)) {
            throw new IOException(
                    program
                            + (program.isAbsolute()
                                    ? " is no program on this node"
                                    : " is no absolute path"));
        }
        if (spec.user().isPresent()) {
            Accounts.Account account = Accounts.find(spec.user().get());
            environment.put("HOME", account.home());
            environment.put("USER", account.name());
            environment.put("LOGNAME", account.name());
            argv.addAll(
                    0,
                    List.of(
                            "/usr/bin/setpriv",
                            "--reuid=" + account.uid(),
                            "--regid=" + account.gid(),
                            "--init-groups",
                            "--"));
        }
        environment.putAll(spec.environment());
        return launch(spec, group, argv, environment);
    }

    private Map<String, String> environment(Group group) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", PATH);
        environment.put("LANG", "C.UTF-8");
        environment.put("HOME", "/root");
        environment.put("USER", "root");
        environment.put("LOGNAME", "root");
        environment.put(MarkedProcesses.VARIABLE, mark());
        environment.put(GROUP_VARIABLE, group.variable().substring(GROUP_VARIABLE.length() + 1));
        return environment;
    }

    private Started launch(
            Spec spec, Group group, List<String> argv, Map<String, String> environment)
            throws IOException {
        Files.createDirectories(folder);
        Output out = output(spec, "info");
        Output err = output(spec, "warn");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(group.cgroup().map(c -> c.wrap(argv)).orElse(argv));
            builder.environment().clear();
            builder.environment().putAll(environment);
            builder.directory(Path.of(spec.directory().orElse("/")).toFile());
            builder.redirectOutput(out.pipe().toFile()).redirectError(err.pipe().toFile());
            Process process = builder.start();
            join(group, process);
            feed(process, spec.input());
            return new Started(process, out, err, group);
        } finally {
            out.opened();
            err.opened();
        }
    }

    /// Makes sure that the program is in its group when it is first looked for; it joins by itself
    /// a moment later.
    private static void join(Group group, Process process) {
        if (group.cgroup().isPresent()) {
            try {
                group.cgroup().get().add(process.pid());
            } catch (IOException e) {
                // it has ended already, or its own attempt comes first: it was or is where it
                // belongs
                process.toHandle().isAlive();
            }
        }
    }

    private Output output(Spec spec, String level) throws IOException {
        return Output.open(
                folder.resolve(
                        "out-" + ProcessHandle.current().pid() + "-" + lastPipe.incrementAndGet()),
                line -> log.line(level, spec.source(), line));
    }

    private static void feed(Process process, Optional<String> input) throws IOException {
        OutputStream stdin = process.getOutputStream();
        if (input.isEmpty()) {
            stdin.close();
            return;
        }
        Thread.ofPlatform()
                .daemon()
                .name("input")
                .start(() -> {
                    try (stdin) {
                        stdin.write(input.get().getBytes(StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        // it does not want to read on; its exit code tells the rest
                        process.toHandle().isAlive();
                    }
                });
    }

    /// Describes the module's processes as a tree, one line each.
    List<String> tree() {
        try {
            List<Entry> entries = all.all();
            Map<Long, Entry> byPid = new HashMap<>();
            entries.forEach(e -> byPid.put(e.pid(), e));
            List<String> lines = new ArrayList<>();
            for (Entry entry : entries) {
                if (!byPid.containsKey(entry.parent())) {
                    describe(entry, entries, "", lines);
                }
            }
            return lines;
        } catch (IOException e) {
            return List.of("(not known: " + e.getMessage() + ")");
        }
    }

    private static void describe(
            Entry entry, List<Entry> entries, String indent, List<String> lines) {
        String arguments = ProcessTable.arguments(entry.pid());
        String text = arguments.isEmpty() ? "[" + entry.name() + "]" : arguments;
        lines.add(
                indent
                        + entry.pid()
                        + " "
                        + entry.state()
                        + " "
                        + (text.length() > 160 ? text.substring(0, 160) + "…" : text));
        if (lines.size() < 200) {
            for (Entry child : entries) {
                if (child.parent() == entry.pid()) {
                    describe(child, entries, indent + "  ", lines);
                }
            }
        }
    }

    /// Ends every process of the module.
    KillReport kill(Duration within) {
        return kill(all, within);
    }

    /// Ends what an earlier daemon left, wherever in the hierarchy its cgroups are.
    KillReport killLeftovers(Duration within) {
        int killed = 0;
        List<String> remaining = new ArrayList<>();
        long elapsedNs = 0;
        List<Group> groups = new ArrayList<>();
        cgroups.ifPresent(found ->
                found.named("understudy-" + instance + "/" + module)
                        .forEach(
                                c -> groups.add(new Group(Optional.of(c), all.variable(), nowNs))));
        groups.add(all);
        for (Group group : groups) {
            KillReport report = kill(group, within);
            killed += report.killed();
            remaining.addAll(report.remaining());
            elapsedNs += report.elapsedNs();
        }
        return new KillReport(killed, remaining, elapsedNs);
    }

    private KillReport kill(Group group, Duration within) {
        try {
            KillReport report = group.kill(within.toNanos());
            if (report.killed() > 0 || !report.isClean()) {
                log.line(
                        report.isClean() ? "info" : "error",
                        "kill",
                        "ended " + report.killed() + " processes" + leftText(report));
            }
            return report;
        } catch (IOException e) {
            log.line("error", "kill", "cannot list processes: " + e);
            return new KillReport(0, List.of("unknown: " + e.getMessage()), 0);
        }
    }

    private static String leftText(KillReport report) {
        return report.isClean()
                ? ""
                : "; these do not end, they are blocked in the kernel: "
                        + String.join(", ", report.remaining());
    }
}
