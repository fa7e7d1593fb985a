package dev.understudy.tools.control;

import dev.understudy.tools.Exit;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Uninstalls a module.
@Command(
        name = "uninstall",
        mixinStandardHelpOptions = true,
        description = {
            "Uninstalls a module on all nodes; refused while it runs.",
            "The directories stay as they are, as plain directories, on both nodes."
        },
        footer = {"", "Example:", "  safe uninstall -m postgresql"})
public final class UninstallCommand extends ControlCommand {
    @Option(
            names = {"-m", "--module"},
            required = true,
            paramLabel = "MODULE",
            description = "The module.")
    private String module = "";

    @Override
    int work() {
        Json done = daemon().send("DELETE", Paths.module(module), null, Duration.ofMinutes(5));
        say(isJson() ? done.toString() : InstallCommand.text(done, "uninstalled"));
        return Exit.DONE;
    }
}
