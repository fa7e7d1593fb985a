package dev.understudy.tools.control;

import dev.understudy.tools.Exit;
import dev.understudy.tools.author.DiffCommand;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Replaces an installed module by another version.
@Command(
        name = "upgrade",
        mixinStandardHelpOptions = true,
        description = {
            "Replaces an installed module by another version on all nodes; says what changes.",
            "Parameters keep their values. Stop the module first. Refused if it newly asks for",
            "permissions, unless they are accepted."
        },
        footer = {"", "Example:", "  safe upgrade postgresql-1.1.safe"})
public final class UpgradeCommand extends ControlCommand {
    @Parameters(index = "0", paramLabel = "FILE.safe", description = "The new archive.")
    private Path file = Path.of("");

    @Option(names = "--accept", description = "Accepts the permissions that it newly asks for.")
    private boolean accepts;

    @Mixin private Values values = new Values();

    @Override
    int work() {
        Installation archive = Installation.of(file);
        Daemon daemon = daemon();
        Installation.InForce now =
                Installation.inForce(daemon, archive.name())
                        .orElseThrow(() ->
                                Failure.refused(
                                        archive.name() + " is not installed",
                                        "`safe install %s` installs it".formatted(file)));
        if (now.digest().equals(archive.module().digest()) && !values.areGiven()) {
            say(isJson() ? now.config().toString() : archive.name() + " is this version already");
            return Exit.DONE;
        }
        List<DiffCommand.Change> changes = archive.changes(daemon, now);
        if (!isJson()) changes.forEach(c -> err().printf("%-14s %s%n", c.kind(), c.text()));
        List<String> asked =
                changes.stream()
                        .filter(c -> c.kind().equals("permission"))
                        .map(DiffCommand.Change::text)
                        .filter(text -> text.startsWith("asks for "))
                        .toList();
        if (!asked.isEmpty() && !accepts) {
            throw Failure.refused(
                    "%s %s newly %s; nothing was changed"
                            .formatted(
                                    archive.name(),
                                    archive.module().manifest().version(),
                                    String.join(", ", asked)),
                    "say --accept if it may");
        }
        Json done = archive.send(daemon, values.all(), false, now.revision());
        say(isJson() ? done.toString() : InstallCommand.text(done, "upgraded"));
        return Exit.DONE;
    }
}
