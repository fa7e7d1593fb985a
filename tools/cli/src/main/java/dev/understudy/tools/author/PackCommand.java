package dev.understudy.tools.author;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.safe.Finding;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.lint.Report;
import dev.understudy.safe.write.Packer;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Makes a `.safe` file of a folder; lint comes first, and an error stops it.
@Command(
        name = "pack",
        description = "Makes a module archive of a folder.",
        mixinStandardHelpOptions = true)
public final class PackCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "The archive; default NAME.safe here.")
    private @Nullable Path output;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or json.")
    private Format format = Format.TEXT;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR",
            description = "The folder; default this one.")
    private Path folder = Path.of("");

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Source source = Source.of(folder);
        List<Finding> findings = source.lint();
        boolean bad = Finding.anyError(findings) || source.read().module().isEmpty();
        if (bad && format == Format.JSON) {
            out.print(Report.json(findings));
            return Exit.REFUSED;
        }
        err.print(source.text(findings));
        if (bad) {
            err.println("not packed: " + Report.summary(findings));
            return Exit.REFUSED;
        }
        SafeModule module = source.read().module().orElseThrow();
        Path file = output == null ? Path.of(module.manifest().name() + ".safe") : output;
        Packer.write(module.archive(), file);
        out.print(format == Format.JSON ? json(module, file) : text(module, file));
        return Exit.DONE;
    }

    private static String text(SafeModule module, Path file) {
        return "%s: %s %s, %d files, %d bytes, sha256 %s%n"
                .formatted(
                        file,
                        module.manifest().name(),
                        module.manifest().version(),
                        module.archive().files().size(),
                        module.archive().length(),
                        module.digest());
    }

    private static String json(SafeModule module, Path file) throws IOException {
        Map<String, Object> answer = new TreeMap<>();
        answer.put("file", file.toString());
        answer.put("name", module.manifest().name());
        answer.put("version", module.manifest().version());
        answer.put("files", module.archive().files().size());
        answer.put("bytes", module.archive().length());
        answer.put("digest", module.digest());
        return new ObjectMapper().writeValueAsString(answer) + "\n";
    }
}
