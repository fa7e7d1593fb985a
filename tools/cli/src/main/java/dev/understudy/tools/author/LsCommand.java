package dev.understudy.tools.author;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.safe.Archive;
import dev.understudy.safe.SafeModule;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Shows exactly what is in an archive.
@Command(
        name = "ls",
        description = "Shows what is in a module archive.",
        mixinStandardHelpOptions = true)
public final class LsCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or json.")
    private Format format = Format.TEXT;

    @Parameters(index = "0", paramLabel = "FILE", description = "The archive, or a folder.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Source source = Source.of(file);
        if (source.read().module().isEmpty()) {
            spec.commandLine().getErr().print(source.text(source.read().findings()));
            return Exit.REFUSED;
        }
        SafeModule module = source.read().module().get();
        if (format == Format.JSON) {
            out.println(json(module));
            return Exit.DONE;
        }
        module.archive().files().forEach((path, f) -> out.println(line(path, f)));
        out.printf(
                "%s %s (%s), %d files, sha256 %s%n",
                module.manifest().name(),
                module.manifest().version(),
                module.manifest().title(),
                module.archive().files().size(),
                module.digest());
        return Exit.DONE;
    }

    private static String line(String path, Archive.File file) {
        return "%s %8d  %s"
                .formatted(
                        file.executable() ? "-rwxr-xr-x" : "-rw-r--r--", file.bytes().length, path);
    }

    private static String json(SafeModule module) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("name", module.manifest().name()).put("version", module.manifest().version());
        root.put("title", module.manifest().title()).put("digest", module.digest());
        var list = root.putArray("files");
        module.archive()
                .files()
                .forEach((path, f) ->
                        list.addObject()
                                .put("path", path)
                                .put("bytes", f.bytes().length)
                                .put("executable", f.executable())
                                .put("crc", HexFormat.of().toHexDigits(Archive.crc(f.bytes()))));
        return mapper.writeValueAsString(root);
    }
}
