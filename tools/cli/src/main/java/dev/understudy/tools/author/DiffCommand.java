package dev.understudy.tools.author;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.safe.Archive;
import dev.understudy.safe.Manifest;
import dev.understudy.safe.Node;
import dev.understudy.safe.Parameter;
import dev.understudy.safe.SafeModule;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Tells what an upgrade would change.
@Command(
        name = "diff",
        description = {
            "Tells what changes from one module to another: files, parameters, configuration, and",
            "what it newly asks permission for. Exit code 1 if they differ."
        },
        mixinStandardHelpOptions = true)
public final class DiffCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or json.")
    private Format format = Format.TEXT;

    @Parameters(index = "0", paramLabel = "OLD", description = "A folder or an archive.")
    private Path before = Path.of("");

    @Parameters(index = "1", paramLabel = "NEW", description = "A folder or an archive.")
    private Path after = Path.of("");

    /// One difference.
    ///
    /// @param kind `permission`, `parameter`, `configuration`, `file` or `module`
    public record Change(String kind, String text) {}

    @Override
    public Integer call() throws IOException {
        List<SafeModule> modules = new ArrayList<>();
        for (Path path : List.of(before, after)) {
            Source source = Source.of(path);
            if (source.read().module().isEmpty()) {
                spec.commandLine().getErr().print(source.text(source.read().findings()));
                return Exit.REFUSED;
            }
            modules.add(source.read().module().get());
        }
        List<Change> changes = compare(modules.get(0), modules.get(1));
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.JSON) {
            out.println(new ObjectMapper().writeValueAsString(Map.of("changes", changes)));
        } else {
            changes.forEach(c -> out.printf("%-14s %s%n", c.kind(), c.text()));
            out.println(changes.isEmpty() ? "no difference" : changes.size() + " differences");
        }
        return changes.isEmpty() ? Exit.DONE : Exit.REFUSED;
    }

    /// Compares two modules.
    ///
    /// @return what changes from `a` to `b`
    public static List<Change> compare(SafeModule a, SafeModule b) {
        List<Change> changes = new ArrayList<>();
        if (!a.manifest().version().equals(b.manifest().version())) {
            String text = a.manifest().version() + " -> " + b.manifest().version();
            changes.add(new Change("module", "version " + text));
        }
        sets(
                changes,
                "permission",
                permissions(a),
                permissions(b),
                "asks for",
                "no longer asks for");
        sets(
                changes,
                "parameter",
                parameters(a),
                parameters(b),
                "new or changed:",
                "gone or changed:");
        Map<String, String> old = flat(a.configTree(), "");
        Map<String, String> now = flat(b.configTree(), "");
        Set<String> keys = new TreeSet<>(old.keySet());
        keys.addAll(now.keySet());
        for (String key : keys) {
            String from = old.getOrDefault(key, "(nothing)");
            String to = now.getOrDefault(key, "(nothing)");
            if (!from.equals(to)) {
                changes.add(new Change("configuration", key + ": " + from + " -> " + to));
            }
        }
        files(changes, a.archive(), b.archive());
        return changes;
    }

    private static void sets(
            List<Change> changes,
            String kind,
            Set<String> a,
            Set<String> b,
            String more,
            String less) {
        b.stream()
                .filter(x -> !a.contains(x))
                .forEach(x -> changes.add(new Change(kind, more + " " + x)));
        a.stream()
                .filter(x -> !b.contains(x))
                .forEach(x -> changes.add(new Change(kind, less + " " + x)));
    }

    /// Names what a module's scripts ask permission for, sorted.
    public static Set<String> permissions(SafeModule m) {
        Set<String> all = new TreeSet<>();
        Manifest.Permissions p = m.manifest().permissions();
        p.services().forEach(s -> all.add("service " + s));
        p.programs()
                .forEach(x -> all.add("program " + x.path() + " as " + x.user().orElse("root")));
        p.paths().forEach(x -> all.add((x.write() ? "writing " : "reading ") + x.path()));
        p.hosts().forEach(x -> all.add("host " + x));
        p.registry().forEach(x -> all.add((x.write() ? "writing " : "reading ") + x.key()));
        p.tasks().forEach(x -> all.add("scheduled task " + x));
        return all;
    }

    private static Set<String> parameters(SafeModule m) {
        Set<String> all = new TreeSet<>();
        for (Parameter p : m.manifest().parameters().values()) {
            String preset =
                    p.defaults().isEmpty()
                            ? ""
                            : " default " + new TreeMap<>(p.defaults()).values();
            all.add(
                    p.name()
                            + " ("
                            + p.type().word()
                            + (p.optional() ? ", optional" : "")
                            + ")"
                            + preset);
        }
        return all;
    }

    // Items of lists are named by their id, so that a moved one is no difference.
    private static Map<String, String> flat(Node node, String path) {
        Map<String, String> all = new TreeMap<>();
        switch (node) {
            case Node.Scalar s -> all.put(path, s.text());
            case Node.Mapping m ->
                    m.members()
                            .forEach((key, member) ->
                                    all.putAll(
                                            flat(
                                                    member.value(),
                                                    path.isEmpty() ? key : path + "." + key)));
            case Node.Sequence s -> {
                int index = 0;
                for (Node item : s.items()) {
                    boolean named = item instanceof Node.Mapping m && !m.text("id").isEmpty();
                    String step = named ? ((Node.Mapping) item).text("id") : "[" + index + "]";
                    all.putAll(flat(item, path + "." + step));
                    index++;
                }
            }
        }
        return all;
    }

    private static void files(List<Change> changes, Archive a, Archive b) {
        Set<String> paths = new TreeSet<>(a.files().keySet());
        paths.addAll(b.files().keySet());
        for (String path : paths) {
            Archive.File old = a.files().get(path);
            Archive.File now = b.files().get(path);
            if (old == null || now == null) {
                changes.add(new Change("file", path + (old == null ? " is new" : " is gone")));
            } else if (!old.equals(now)) {
                changes.add(new Change("file", path + " changed"));
            }
        }
    }
}
