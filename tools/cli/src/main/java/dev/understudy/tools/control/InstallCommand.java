package dev.understudy.tools.control;

import dev.understudy.safe.Finding;
import dev.understudy.safe.ReadResult;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.read.SafeReader;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Installs a module on all nodes.
@Command(
        name = "install",
        mixinStandardHelpOptions = true,
        description = {
            "Installs a module, or another version of it, on all nodes of the cluster.",
            "A node that is away takes it over when it returns."
        },
        footer = {"", "Example:", "  safe install postgresql.safe --set virtual-ip=10.0.0.9"})
public final class InstallCommand extends ControlCommand {
    @Parameters(index = "0", paramLabel = "FILE.safe", description = "The module's archive.")
    private Path file = Path.of("");

    @Mixin private Values values = new Values();

    @Override
    int work() {
        Map<String, String> given = values.all();
        SafeModule module = read(file);
        byte[] bytes = bytes(file);
        Daemon daemon = daemon();
        if (!isJson())
            err().println(
                            "installing "
                                    + module.manifest().name()
                                    + " "
                                    + module.manifest().version());
        daemon.upload("/api/v1/archives/" + module.digest(), bytes);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("archive", module.digest());
        body.put("values", given);
        Json done = daemon.send("POST", "/api/v1/modules", body, Duration.ofMinutes(5));
        say(isJson() ? done.toString() : text(done, "installed"));
        return Exit.DONE;
    }

    /// Reads the archive here, so that mistakes in it are shown with their places before anything
    /// is sent.
    private static SafeModule read(Path file) {
        ReadResult read;
        try {
            read = SafeReader.read(file);
        } catch (IOException cannotRead) {
            throw Failure.unreachable(
                    "%s cannot be read: %s"
                            .formatted(
                                    file,
                                    Files.exists(file) ? cannotRead.getMessage() : "no such file"),
                    "check the path");
        }
        if (!read.isGood()) {
            throw Failure.refused(
                    "%s is not a good module:%n%s"
                            .formatted(
                                    file,
                                    String.join(
                                            System.lineSeparator(),
                                            read.findings().stream()
                                                    .map(Finding::toString)
                                                    .toList())),
                    "`safe lint` shows the places");
        }
        return read.module().orElseThrow();
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException cannotRead) {
            throw Failure.unreachable(
                    "%s cannot be read: %s".formatted(file, cannotRead.getMessage()), "");
        }
    }

    /// Says what happened on each node.
    static String text(Json done, String did) {
        StringBuilder text = new StringBuilder();
        text.append(done.text("module"));
        if (!done.text("version").isEmpty()) text.append(' ').append(done.text("version"));
        text.append(' ').append(did).append(", revision ").append(done.number("revision"));
        List<Json> nodes = done.list("nodes");
        for (Json node : nodes) {
            text.append(System.lineSeparator()).append("  ").append(node.text("node"));
            text.append(": ").append(node.text("text"));
        }
        for (String warning : done.words("warnings")) {
            text.append(System.lineSeparator()).append("  warning: ").append(warning);
        }
        return text.toString();
    }
}
