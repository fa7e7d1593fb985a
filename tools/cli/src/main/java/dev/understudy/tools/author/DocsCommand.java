package dev.understudy.tools.author;

import dev.understudy.safe.Manifest;
import dev.understudy.safe.Parameter;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.lint.RuleBook;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Writes the install guide and the reference of a module's parameters.
@Command(
        name = "docs",
        description = {
            "Writes INSTALL.md for the administrator of a module: parameters, what it does, what it",
            "may do, the commands. --rules writes the reference of lint instead."
        },
        mixinStandardHelpOptions = true)
public final class DocsCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Default: printed.")
    private @Nullable Path output;

    @Option(names = "--rules", description = "The rules of lint instead of a module.")
    private boolean rules;

    @Option(names = "--html", description = "As a page of HTML.")
    private boolean html;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR|FILE",
            description = "A folder or an archive; default this folder.")
    private Path path = Path.of("");

    @Override
    public Integer call() throws IOException {
        String text;
        if (rules) {
            text = reference();
        } else {
            Source source = Source.of(path);
            if (source.read().module().isEmpty()) {
                spec.commandLine().getErr().print(source.text(source.read().findings()));
                return Exit.REFUSED;
            }
            text = guide(source.read().module().get());
        }
        String written = html ? Markdown.html(text) : text;
        if (output == null) {
            spec.commandLine().getOut().print(written);
        } else {
            Files.writeString(output, written);
        }
        return Exit.DONE;
    }

    static String reference() {
        StringBuilder out = new StringBuilder("# Rules of safe lint\n");
        for (RuleBook.Entry e : RuleBook.entries().values()) {
            out.append("\n## ").append(e.id()).append(' ').append(e.title()).append("\n\n");
            out.append(e.severity().word()).append(". ").append(e.why().replace('\n', ' '));
            out.append("\n\nBad:\n\n").append(e.bad().strip().indent(4));
            out.append("\nGood:\n\n").append(e.good().strip().indent(4));
        }
        return out.toString();
    }

    static String guide(SafeModule module) {
        Manifest m = module.manifest();
        StringBuilder out = new StringBuilder("# ").append(m.title()).append("\n\n");
        out.append("Module `").append(m.name()).append("` ").append(m.version()).append(", ");
        out.append(m.kind().name().toLowerCase(Locale.ROOT)).append("; for ");
        out.append(m.platforms().isEmpty() ? "all platforms" : String.join(", ", m.platforms()));
        out.append(". SHA-256 `").append(module.digest()).append("`.\n\n## Parameters\n\n");
        out.append("| name | type | default | meaning |\n|---|---|---|---|\n");
        for (Parameter p : m.parameters().values()) {
            List<String> presets = new ArrayList<>();
            new TreeMap<>(p.defaults())
                    .forEach((on, value) ->
                            presets.add(
                                    on.equals(Parameter.EVERYWHERE) ? value : on + ": " + value));
            String preset =
                    presets.isEmpty()
                            ? (p.optional() ? "empty" : "**must be given**")
                            : String.join("; ", presets);
            out.append("| `").append(p.name()).append("` | ").append(p.type().word());
            out.append(p.values().isEmpty() ? "" : " " + p.values()).append(" | ").append(preset);
            out.append(" | ").append(p.description()).append(" |\n");
        }
        out.append("\n## What its scripts may do\n\n");
        Manifest.Permissions may = m.permissions();
        may.programs()
                .forEach(p ->
                        out.append("- run `")
                                .append(p.path())
                                .append("` as ")
                                .append(p.user().orElse("root"))
                                .append('\n'));
        may.paths()
                .forEach(p ->
                        out.append("- ")
                                .append(p.write() ? "write" : "read")
                                .append(" below `")
                                .append(p.path())
                                .append("`\n"));
        may.hosts().forEach(h -> out.append("- connect to `").append(h).append("`\n"));
        may.registry()
                .forEach(r ->
                        out.append("- ")
                                .append(r.write() ? "write" : "read")
                                .append(" below `")
                                .append(r.key())
                                .append("` in the registry\n"));
        may.tasks()
                .forEach(t -> out.append("- switch the scheduled task `").append(t).append("`\n"));
        out.append("- start and stop its services\n\n## Installing\n\n");
        StringBuilder set = new StringBuilder();
        for (Parameter p : m.parameters().values()) {
            if (p.defaults().isEmpty() && !p.optional()) {
                set.append(" --set ").append(p.name()).append("=…");
            }
        }
        String file = m.name() + ".safe";
        out.append("    safe verify ")
                .append(file)
                .append("\n    safe install ")
                .append(file)
                .append(set);
        out.append("\n    safe prim -m ")
                .append(m.name())
                .append("      # once, on the server whose data count\n");
        out.append("    safe second -m ")
                .append(m.name())
                .append("    # on the other one\n    safe state -w\n");
        return out.toString();
    }
}
