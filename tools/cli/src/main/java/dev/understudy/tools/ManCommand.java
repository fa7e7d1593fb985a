package dev.understudy.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Writes the manual pages, from the same definitions as `--help`.
@Command(
        name = "man",
        description = "Writes the manual pages, safe.1 and one for each command, into a folder.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  safe man /usr/local/share/man/man1 && man safe-lint"})
public final class ManCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "DIR", description = "The folder; made if it is missing.")
    private Path folder = Path.of("");

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(folder);
        Map<String, String> pages = pages(spec.root());
        for (Map.Entry<String, String> page : pages.entrySet()) {
            Files.writeString(folder.resolve(page.getKey()), page.getValue());
        }
        spec.commandLine().getOut().printf("%s: %d pages%n", folder, pages.size());
        return Exit.DONE;
    }

    /// Gives the text of each page by its file's name.
    static Map<String, String> pages(CommandSpec root) {
        Map<String, String> pages = new LinkedHashMap<>();
        add(root, pages);
        return pages;
    }

    private static void add(CommandSpec command, Map<String, String> pages) {
        String name = command.qualifiedName("-");
        pages.put(name + ".1", page(command, name));
        for (CommandLine sub : command.subcommands().values()) {
            add(sub.getCommandSpec(), pages);
        }
    }

    // man-pages(7): the order of the sections; the date is left out, so that pages are reproducible
    private static String page(CommandSpec command, String name) {
        StringBuilder out = new StringBuilder();
        List<String> about = List.of(command.usageMessage().description());
        out.append(".TH \"")
                .append(name.toUpperCase(Locale.ROOT))
                .append("\" \"1\" \"\" \"Understudy\"\n");
        out.append(".SH NAME\n").append(escaped(name)).append(" \\- ");
        out.append(escaped(about.isEmpty() ? "" : about.getFirst())).append('\n');
        out.append(".SH SYNOPSIS\n.B ").append(escaped(command.qualifiedName())).append('\n');
        out.append(escaped(synopsis(command))).append('\n');
        out.append(".SH DESCRIPTION\n");
        about.forEach(line -> out.append(escaped(line)).append('\n'));
        if (!command.subcommands().isEmpty()) {
            out.append(".SH COMMANDS\n");
            for (CommandLine sub : command.subcommands().values()) {
                CommandSpec one = sub.getCommandSpec();
                String[] text = one.usageMessage().description();
                out.append(".TP\n.BR ").append(escaped(one.qualifiedName("-"))).append(" (1)\n");
                out.append(escaped(text.length == 0 ? "" : text[0])).append('\n');
            }
        }
        options(command, out);
        examples(command, out);
        out.append(".SH EXIT STATUS\n");
        out.append(
                "0 done, 1 findings or refused, 2 usage, 3 unreachable, 4 timed out, 70 our fault.\n");
        if (command.parent() != null) {
            String parent = command.parent().qualifiedName("-");
            out.append(".SH SEE ALSO\n.BR ").append(escaped(parent)).append(" (1)\n");
        }
        return out.toString();
    }

    private static String synopsis(CommandSpec command) {
        List<String> words = new ArrayList<>();
        if (!command.options().isEmpty()) words.add("[OPTIONS]");
        for (PositionalParamSpec p : command.positionalParameters()) {
            String word = p.paramLabel() + (p.arity().max() > 1 ? "..." : "");
            words.add(p.arity().min() == 0 ? "[" + word + "]" : word);
        }
        if (!command.subcommands().isEmpty()) words.add("COMMAND");
        return String.join(" ", words);
    }

    private static void options(CommandSpec command, StringBuilder out) {
        List<ArgSpec> all = new ArrayList<>(command.positionalParameters());
        all.addAll(command.options());
        if (all.isEmpty()) return;
        out.append(".SH OPTIONS\n");
        for (ArgSpec one : all) {
            out.append(".TP\n");
            if (one instanceof OptionSpec option) {
                List<String> names = Arrays.asList(option.names());
                out.append(".B ").append(escaped(String.join(", ", names)));
                if (option.arity().max() > 0) out.append(' ').append(escaped(option.paramLabel()));
            } else {
                out.append(".I ").append(escaped(one.paramLabel()));
            }
            out.append('\n');
            for (String line : one.description()) out.append(escaped(line)).append('\n');
        }
    }

    private static void examples(CommandSpec command, StringBuilder out) {
        List<String> footer =
                Arrays.stream(command.usageMessage().footer())
                        .flatMap(String::lines)
                        .filter(line -> !line.isBlank() && !line.startsWith("Exit codes:"))
                        .toList();
        if (footer.isEmpty()) return;
        out.append(".SH EXAMPLES\n.nf\n");
        footer.forEach(line -> out.append(escaped(line)).append('\n'));
        out.append(".fi\n");
    }

    // groff_man(7): a backslash, a dash that is typed, and a dot or quote at the beginning of a
    // line
    private static String escaped(String text) {
        String safe =
                text.replace("%n", "").replace("%%", "%").replace("\\", "\\e").replace("-", "\\-");
        return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
    }
}
