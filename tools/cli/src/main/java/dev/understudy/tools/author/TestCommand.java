package dev.understudy.tools.author;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Platform;
import dev.understudy.safe.SafeModule;
import dev.understudy.tools.Exit;
import dev.understudy.tools.testing.CaseResult;
import dev.understudy.tools.testing.TestRunner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Tests a module on a host that is not there.
@Command(
        name = "test",
        description = {
            "Tests a module on a host that is not there: start and stop twice, failed starts,",
            "a crash behind every step of every hook, and the module's own tests/*.js."
        },
        mixinStandardHelpOptions = true)
public final class TestCommand implements Callable<Integer> {
    /// How results are written.
    enum Style {
        /// For people.
        TEXT,
        /// One JSON object.
        JSON,
        /// JUnit XML.
        JUNIT
    }

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--format", paramLabel = "FORMAT", description = "text, json or junit.")
    private Style format = Style.TEXT;

    @Option(
            names = "--platform",
            paramLabel = "PLATFORM",
            description = "debian, redhat, suse, windows …; default the first of the module.")
    private @Nullable String platform;

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
        if (source.read().module().isEmpty() || Finding.anyError(findings)) {
            spec.commandLine().getErr().print(source.text(findings));
            spec.commandLine().getErr().println("not tested: lint comes first");
            return Exit.REFUSED;
        }
        SafeModule module = source.read().module().orElseThrow();
        List<CaseResult> results;
        List<String> uncovered;
        try (TestRunner runner = new TestRunner(module, platform(module))) {
            results = runner.run();
            uncovered = runner.uncovered();
        }
        switch (format) {
            case TEXT -> out.print(TestReport.text(results, uncovered));
            case JSON -> out.println(TestReport.json(results, uncovered));
            case JUNIT -> out.print(TestReport.junit(module.manifest().name(), results));
        }
        return results.stream().allMatch(CaseResult::isOk) ? Exit.DONE : Exit.REFUSED;
    }

    private Platform platform(SafeModule module) {
        String name =
                platform != null
                        ? platform
                        : module.manifest().platforms().isEmpty()
                                ? "debian"
                                : module.manifest().platforms().getFirst();
        return Platforms.of(name)
                .orElseThrow(() ->
                        new picocli.CommandLine.ParameterException(
                                spec.commandLine(), "no platform '" + name + "'"));
    }
}
