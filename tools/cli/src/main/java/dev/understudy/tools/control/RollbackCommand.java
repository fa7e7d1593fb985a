package dev.understudy.tools.control;

import dev.understudy.tools.Exit;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Goes back to the version before.
@Command(
        name = "rollback",
        mixinStandardHelpOptions = true,
        description = {
            "Goes back to the archive and the parameters that were in force before, on all nodes.",
            "It brings back: scripts, configuration, parameters. It does not: secrets, the data, the",
            "application itself. Stop the module first. A second rollback undoes the first."
        },
        footer = {"", "Example:", "  safe rollback -m postgresql"})
public final class RollbackCommand extends ControlCommand {
    @Option(
            names = {"-m", "--module"},
            required = true,
            paramLabel = "MODULE",
            description = "The module.")
    private String module = "";

    @Override
    int work() {
        Json done =
                daemon().send(
                                "POST",
                                Paths.module(module) + "/rollback",
                                Map.of(),
                                Duration.ofMinutes(5));
        String text =
                InstallCommand.text(done, "is back")
                        + System.lineSeparator()
                        + "  not touched: secrets, the data, the application itself";
        say(isJson() ? done.toString() : text);
        return Exit.DONE;
    }
}
