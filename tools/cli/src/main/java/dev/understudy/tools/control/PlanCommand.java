package dev.understudy.tools.control;

import dev.understudy.safe.Parameter;
import dev.understudy.tools.Exit;
import dev.understudy.tools.author.DiffCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Says what an installation would change, and writes it down.
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = {
            "Says what an installation would change; changes nothing. With -o it is written to a file",
            "that `safe apply` carries out, as long as archive, module and cluster are as they are now."
        },
        footer = {
            "",
            "Example:",
            "  safe plan postgresql-1.1.safe --set port=5433 -o upgrade.plan",
            "  safe apply upgrade.plan"
        })
public final class PlanCommand extends ControlCommand {
    @Parameters(index = "0", paramLabel = "FILE.safe", description = "The archive.")
    private Path file = Path.of("");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "PLAN",
            description = "File to write; closed to others, as it holds the values given.")
    private @Nullable Path output;

    @Mixin private Values values = new Values();

    @Override
    int work() {
        Installation archive = Installation.of(file);
        Map<String, String> given = values.all();
        Daemon daemon = daemon();
        Json cluster = daemon.get("/api/v1/cluster");
        Optional<Installation.InForce> now = Installation.inForce(daemon, archive.name());
        List<DiffCommand.Change> changes = new ArrayList<>();
        if (now.isEmpty()) {
            changes.add(
                    new DiffCommand.Change(
                            "module",
                            "%s %s is installed for the first time"
                                    .formatted(
                                            archive.name(),
                                            archive.module().manifest().version())));
        } else {
            changes.addAll(archive.changes(daemon, now.get()));
        }
        given.forEach((name, value) -> changes.add(value(archive, now, name, value)));
        Plan plan =
                new Plan(
                        archive.name(),
                        file.toAbsolutePath().toString(),
                        archive.module().digest(),
                        now.map(Installation.InForce::revision).orElse(0L),
                        cluster.text("id"),
                        cluster.number("revision"),
                        given);
        if (output != null) plan.write(output);
        if (isJson()) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("module", plan.module());
            answer.put("digest", plan.digest());
            answer.put("revision", plan.revision());
            answer.put(
                    "changes",
                    changes.stream().map(c -> Map.of("kind", c.kind(), "text", c.text())).toList());
            say(Json.write(answer));
        } else {
            changes.forEach(c -> out().printf("%-14s %s%n", c.kind(), c.text()));
            say(
                    "revision %d of %s -> %d"
                                    .formatted(plan.revision(), plan.module(), plan.revision() + 1)
                            + (output == null ? "" : "; next: safe apply " + output));
        }
        return Exit.DONE;
    }

    private static DiffCommand.Change value(
            Installation archive, Optional<Installation.InForce> now, String name, String value) {
        Parameter declared = archive.module().manifest().parameters().get(name);
        if (declared == null) {
            throw Failure.refused(
                    "module %s has no parameter '%s'".formatted(archive.name(), name),
                    "it has "
                            + String.join(", ", archive.module().manifest().parameters().keySet()));
        }
        boolean isSecret = declared.type() == Parameter.Type.SECRET;
        String before = "";
        for (Json one : now.map(n -> n.config().list("parameters")).orElse(List.of())) {
            if (one.text("name").equals(name)) before = one.text("value");
        }
        return new DiffCommand.Change(
                "value", isSecret ? name + ": (secret)" : name + ": " + before + " -> " + value);
    }
}
