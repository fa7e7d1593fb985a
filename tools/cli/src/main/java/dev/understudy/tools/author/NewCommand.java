package dev.understudy.tools.author;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Writes a module to begin with.
@Command(
        name = "new",
        description = {
            "Writes a module to begin with: it passes lint and test as it is.",
            "mirror: one service, its data replicated; farm: a service on all servers; vm: a virtual",
            "machine; light: a service on one server."
        },
        mixinStandardHelpOptions = true)
public final class NewCommand implements Callable<Integer> {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,31}");

    /// What can be made.
    enum Kind {
        /// One service, its data replicated.
        MIRROR,
        /// A service on all servers.
        FARM,
        /// A virtual machine.
        VM,
        /// A service on one server.
        LIGHT
    }

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--service",
            paramLabel = "SERVICE",
            description = "Its service (or machine) in the system; asked for, default NAME.")
    private @Nullable String service;

    @Option(
            names = {"-y", "--yes"},
            description = "Asks nothing.")
    private boolean yes;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "The new folder; default NAME here.")
    private @Nullable Path output;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or json.")
    private Format format = Format.TEXT;

    @Parameters(index = "0", paramLabel = "KIND", description = "mirror, farm, vm or light.")
    private Kind kind = Kind.MIRROR;

    @Parameters(
            index = "1",
            paramLabel = "NAME",
            description = "Name of the module, and of its folder.")
    private String name = "";

    @Override
    public Integer call() throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new picocli.CommandLine.ParameterException(
                    spec.commandLine(),
                    "a name has lower case letters, digits, - and _, a letter first: " + name);
        }
        Path folder = output == null ? Path.of(name) : output;
        if (Files.exists(folder)) {
            throw new java.nio.file.FileAlreadyExistsException(folder.toString());
        }
        String unit = unit();
        List<String> files = new ArrayList<>();
        String prefix = kind.name().toLowerCase(Locale.ROOT) + "/";
        for (String path : resource("index").lines().toList()) {
            if (path.startsWith(prefix)) {
                String text = resource(path).replace("@NAME@", name).replace("@SERVICE@", unit);
                write(folder.resolve(path.substring(prefix.length())), text);
                files.add(path.substring(prefix.length()));
            }
        }
        TypesCommand.write(folder);
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.JSON) {
            out.println(
                    new ObjectMapper()
                            .writeValueAsString(
                                    Map.of("folder", folder.toString(), "files", files)));
        } else {
            files.forEach(f -> out.println(folder + "/" + f));
            out.printf("next: cd %s && safe lint && safe test && safe pack%n", folder);
        }
        return Exit.DONE;
    }

    private String unit() {
        if (service != null) {
            return service;
        }
        java.io.Console console = yes ? null : System.console();
        if (console == null || !console.isTerminal()) {
            return name;
        }
        String what =
                kind == Kind.VM
                        ? "Name of the machine in libvirt"
                        : "Unit of systemd, without .service";
        String answer = console.readLine("%s [%s]: ", what, name);
        return answer == null || answer.isBlank() ? name : answer.strip();
    }

    static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, text);
    }

    private static String resource(String path) throws IOException {
        try (InputStream in = NewCommand.class.getResourceAsStream("new/" + path)) {
            if (in == null) {
                throw new IllegalStateException("missing in the program: new/" + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
