package dev.understudy.tools.author;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.tools.Exit;
import dev.understudy.tools.importer.Importer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Turns a module of the reference product into one of ours.
@Command(
        name = "import",
        description = {
            "Turns a module of the reference product (userconfig.xml, scripts in bin/) into a folder",
            "of ours; says line by line what became of it and what has no equivalent."
        },
        mixinStandardHelpOptions = true)
public final class ImportCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "The new folder; default the archive's name.")
    private @Nullable Path output;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or json.")
    private Format format = Format.TEXT;

    @Parameters(index = "0", paramLabel = "FILE", description = "The old archive.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        String name =
                Importer.name(String.valueOf(file.getFileName()).replaceFirst("[.][^.]*$", ""));
        Path folder = output == null ? Path.of(name) : output;
        if (Files.exists(folder)) {
            throw new java.nio.file.FileAlreadyExistsException(folder.toString());
        }
        byte[] bytes;
        try (java.io.InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(Importer.BYTES_MAX + 1);
        }
        Importer.Result result;
        try {
            result = Importer.read(name, bytes);
        } catch (IOException e) {
            spec.commandLine().getErr().println("safe: " + file + ": " + e.getMessage());
            return Exit.REFUSED;
        }
        for (Map.Entry<String, byte[]> e : new TreeMap<>(result.files()).entrySet()) {
            Path target = folder.resolve(e.getKey());
            Files.createDirectories(target.toAbsolutePath().getParent());
            Files.write(target, e.getValue());
        }
        TypesCommand.write(folder);
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.JSON) {
            out.println(
                    new ObjectMapper()
                            .writeValueAsString(
                                    Map.of("folder", folder.toString(), "notes", result.notes())));
        } else {
            for (Importer.Note n : result.notes()) {
                String where = n.line() == 0 ? "" : "conf/userconfig.xml:" + n.line() + ": ";
                out.println(
                        (n.isLost() ? "LOST  " : "ok    ") + where + n.what() + ": " + n.became());
            }
            long lost = result.notes().stream().filter(Importer.Note::isLost).count();
            out.printf("%s: %d files, %d lost%n", folder, result.files().size(), lost);
            out.printf("next: safe lint %s%n", folder);
        }
        return Exit.DONE;
    }
}
