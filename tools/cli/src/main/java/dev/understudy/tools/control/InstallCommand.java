package dev.understudy.tools.control;

import dev.understudy.tools.Exit;
import dev.understudy.tools.author.DiffCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Installs a module on all nodes.
@Command(
        name = "install",
        mixinStandardHelpOptions = true,
        description = {
            "Installs a module, or another version of it, on all nodes of the cluster.",
            "A node that is away takes it over when it returns. The signatures in FILE.safe.sig are",
            "looked at as the cluster asks (safe cluster signatures)."
        },
        footer = {"", "Example:", "  safe install postgresql.safe --set virtual-ip=10.0.0.9"})
public final class InstallCommand extends ControlCommand {
    @Parameters(index = "0", paramLabel = "FILE.safe", description = "The module's archive.")
    private Path file = Path.of("");

    @Option(names = "--allow-downgrade", description = "Also a version older than that in force.")
    private boolean allowDowngrade;

    @Mixin private Values values = new Values();

    @Override
    int work() {
        Map<String, String> given = values.all();
        Installation archive = Installation.of(file);
        Daemon daemon = daemon();
        if (!isJson())
            err().println(
                            "installing "
                                    + archive.name()
                                    + " "
                                    + archive.module().manifest().version());
        if (!isJson()) {
            DiffCommand.permissions(archive.module())
                    .forEach(p -> err().println("  its scripts ask for " + p));
        }
        Json done = archive.send(daemon, given, allowDowngrade, -1);
        say(isJson() ? done.toString() : text(done, "installed"));
        return Exit.DONE;
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
