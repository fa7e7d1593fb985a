package dev.understudy.tools.author;

import dev.understudy.safe.Finding;
import dev.understudy.safe.lint.Report;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Tells all that is wrong, or could be better, in a module.
@Command(
        name = "lint",
        description = "Tells all that is wrong in a module, at once.",
        mixinStandardHelpOptions = true)
public final class LintCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or json.")
    private Format format = Format.TEXT;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR|FILE",
            description = "A folder or an archive; default this folder.")
    private Path path = Path.of("");

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Source source = Source.of(path);
        List<Finding> findings = source.lint();
        if (format == Format.JSON) {
            out.print(Report.json(findings));
        } else {
            out.print(source.text(findings));
            out.println(Report.summary(findings));
        }
        return Finding.anyError(findings) ? Exit.REFUSED : Exit.DONE;
    }
}
