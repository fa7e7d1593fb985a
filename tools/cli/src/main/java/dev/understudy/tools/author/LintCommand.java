package dev.understudy.tools.author;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Severity;
import dev.understudy.safe.lint.Fixes;
import dev.understudy.safe.lint.GithubReport;
import dev.understudy.safe.lint.JunitReport;
import dev.understudy.safe.lint.Linted;
import dev.understudy.safe.lint.Report;
import dev.understudy.safe.lint.SarifReport;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Tells all that is wrong, or could be better, in modules.
@Command(
        name = "lint",
        description = "Tells all that is wrong in modules, at once.",
        mixinStandardHelpOptions = true)
public final class LintCommand implements Callable<Integer> {
    /// How findings are written.
    enum Style {
        /// For people, with the line and a caret.
        TEXT,
        /// One JSON object.
        JSON,
        /// SARIF 2.1.0, for code scanning.
        SARIF,
        /// JUnit XML, for CI servers.
        JUNIT,
        /// Workflow commands of GitHub Actions.
        GITHUB
    }

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "text, json, sarif, junit or github.")
    private Style format = Style.TEXT;

    @Option(names = "--fix", description = "Mends in folders what can be mended safely.")
    private boolean fix;

    @Option(
            names = "--fail-on",
            paramLabel = "SEVERITY",
            description = "What makes the exit code 1: error (default), warning or advice.")
    private Severity failOn = Severity.ERROR;

    @Parameters(
            index = "0",
            arity = "0..*",
            paramLabel = "DIR|FILE",
            description = "Folders or archives; default this folder.")
    private List<Path> paths = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<Path> all = paths.isEmpty() ? List.of(Path.of("")) : paths;
        int mended = 0;
        for (Path path : fix ? all : List.<Path>of()) {
            Source source = Source.of(path);
            mended += Files.isDirectory(path) ? mend(path, source, source.linted()) : 0;
        }
        List<Linted> modules = lint(all);
        if (format == Style.TEXT) {
            modules.forEach(m -> out.print(Report.text(m.findings(), m.prefix(), m.source())));
        }
        out.print(
                switch (format) {
                    case TEXT -> summary(modules, mended);
                    case JSON -> Report.jsonOf(modules);
                    case SARIF -> SarifReport.write(modules);
                    case JUNIT -> JunitReport.write(modules);
                    case GITHUB -> GithubReport.write(modules);
                });
        boolean bad =
                modules.stream()
                        .flatMap(m -> m.findings().stream())
                        .anyMatch(f -> f.severity().compareTo(failOn) <= 0);
        return bad ? Exit.REFUSED : Exit.DONE;
    }

    // Modules do not know each other: all processors look at them.
    private static List<Linted> lint(List<Path> paths) throws IOException {
        if (paths.size() == 1) {
            return List.of(Source.of(paths.getFirst()).linted());
        }
        try {
            return paths.parallelStream().map(LintCommand::lint).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Linted lint(Path path) {
        try {
            return Source.of(path).linted();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String summary(List<Linted> modules, int mended) {
        List<Finding> all = modules.stream().flatMap(m -> m.findings().stream()).toList();
        long allowed = modules.stream().mapToLong(m -> m.allowed().size()).sum();
        return (modules.size() > 1 ? modules.size() + " modules: " : "")
                + Report.summary(all)
                + (allowed > 0 ? ", " + allowed + " allowed" : "")
                + (mended > 0 ? ", " + mended + (mended == 1 ? " file" : " files") + " mended" : "")
                + "\n";
    }

    // Writes the files that have fewer findings afterwards; gives how many.
    private static int mend(Path folder, Source source, Linted linted) throws IOException {
        int files = 0;
        for (Map.Entry<String, Archive.File> e : source.archive().files().entrySet()) {
            String before = e.getValue().text();
            String after = Fixes.apply(e.getKey(), before, linted.findings());
            if (after.equals(before)) {
                continue;
            }
            Path file = folder.resolve(e.getKey());
            Files.writeString(file, after);
            if (count(Source.of(folder).linted()) < count(linted)) {
                files++;
            } else {
                Files.writeString(file, before); // it did not help: the author's text stays
            }
        }
        return files;
    }

    private static long count(Linted linted) {
        return linted.findings().size();
    }
}
