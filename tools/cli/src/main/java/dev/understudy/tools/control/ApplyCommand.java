package dev.understudy.tools.control;

import dev.understudy.tools.Exit;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Carries a plan out, if nothing has changed since it was made.
@Command(
        name = "apply",
        mixinStandardHelpOptions = true,
        description = {
            "Carries out a plan of `safe plan`; refused if the archive, the module's configuration or",
            "the cluster is not what the plan was made for."
        },
        footer = {"", "Example:", "  safe apply upgrade.plan"})
public final class ApplyCommand extends ControlCommand {
    @Parameters(index = "0", paramLabel = "PLAN", description = "The plan's file.")
    private Path file = Path.of("");

    @Option(names = "--allow-downgrade", description = "Also a version older than that in force.")
    private boolean allowDowngrade;

    @Override
    int work() {
        Plan plan = Plan.read(file);
        Installation archive = Installation.of(Path.of(plan.archive()));
        if (!archive.module().digest().equals(plan.digest())) {
            throw stale(
                    "%s is another archive than the plan was made for".formatted(archive.file()));
        }
        Daemon daemon = daemon();
        Json cluster = daemon.get("/api/v1/cluster");
        if (!cluster.text("id").equals(plan.cluster())
                || cluster.number("revision") != plan.clusterRevision()) {
            throw stale(
                    "the plan was made for revision %d of cluster %s, this is revision %d of %s"
                            .formatted(
                                    plan.clusterRevision(),
                                    plan.cluster(),
                                    cluster.number("revision"),
                                    cluster.text("id")));
        }
        Json done = archive.send(daemon, plan.values(), allowDowngrade, plan.revision());
        say(isJson() ? done.toString() : InstallCommand.text(done, "installed"));
        return Exit.DONE;
    }

    private static Failure stale(String why) {
        return Failure.refused(why + "; nothing was changed", "make a new plan and look at it");
    }
}
