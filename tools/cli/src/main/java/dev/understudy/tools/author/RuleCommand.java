package dev.understudy.tools.author;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.safe.lint.RuleBook;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Explains a rule of `safe lint`.
@Command(
        name = "rule",
        description = "Explains a rule: why, a bad and a good example.",
        mixinStandardHelpOptions = true)
public final class RuleCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or json.")
    private Format format = Format.TEXT;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ID",
            description = "Such as C012; without it all are listed.")
    private @Nullable String id;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (id == null) {
            if (format == Format.JSON) {
                out.println(new ObjectMapper().writeValueAsString(RuleBook.entries().values()));
            } else {
                RuleBook.entries()
                        .values()
                        .forEach(e ->
                                out.printf(
                                        "%s  %-7s  %s%n", e.id(), e.severity().word(), e.title()));
            }
            return Exit.DONE;
        }
        Optional<RuleBook.Entry> entry = RuleBook.entry(id);
        if (entry.isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println("safe: there is no rule '" + id + "'; safe rule lists them");
            return Exit.REFUSED;
        }
        out.print(
                format == Format.JSON
                        ? new ObjectMapper().writeValueAsString(entry.get()) + "\n"
                        : text(entry.get()));
        return Exit.DONE;
    }

    private static String text(RuleBook.Entry e) {
        String file = e.file().isEmpty() ? "" : " (" + e.file() + ")";
        return "%s %s: %s%n%n%s%n%nBad%s:%n%s%nGood%s:%n%s"
                .formatted(
                        e.id(),
                        e.severity().word(),
                        e.title(),
                        e.why(),
                        file,
                        indented(e.bad()),
                        file,
                        indented(e.good()));
    }

    private static String indented(String text) {
        return text.strip().indent(4);
    }
}
