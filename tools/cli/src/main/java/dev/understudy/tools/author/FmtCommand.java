package dev.understudy.tools.author;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.safe.Archive;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
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

/// Brings the files of a folder into their one layout.
@Command(
        name = "fmt",
        description = {
            "Brings the files of a module into their one layout: ends of lines, empty lines, order of",
            "the keys at the top of YAML files. The meaning never changes; a file for which that is",
            "not sure stays as it is."
        },
        mixinStandardHelpOptions = true)
public final class FmtCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--check",
            description = "Writes nothing; names the files, exit code 1 if there are any.")
    private boolean check;

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
        if (!Files.isDirectory(folder.toAbsolutePath())) {
            throw new NotDirectoryException(folder.toString());
        }
        List<String> changed = new ArrayList<>();
        for (Map.Entry<String, Archive.File> file :
                Source.of(folder).archive().files().entrySet()) {
            String before = file.getValue().text();
            String after = Layout.of(file.getKey(), before);
            if (after.equals(before)) continue;
            changed.add(file.getKey());
            if (!check) Files.writeString(folder.resolve(file.getKey()), after);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.JSON) {
            out.println(new ObjectMapper().writeValueAsString(Map.of("files", changed)));
        } else {
            changed.forEach(out::println);
        }
        return check && !changed.isEmpty() ? Exit.REFUSED : Exit.DONE;
    }
}
