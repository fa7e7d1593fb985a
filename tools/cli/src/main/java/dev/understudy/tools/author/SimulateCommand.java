package dev.understudy.tools.author;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Manifest;
import dev.understudy.safe.Platform;
import dev.understudy.safe.SafeModule;
import dev.understudy.tools.Exit;
import dev.understudy.tools.testing.LoneServers;
import dev.understudy.tools.testing.Simulation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Runs a module on two virtual nodes into faults.
@Command(
        name = "simulate",
        description = {
            "Runs a mirror module on two virtual nodes, by the engine's own state machine, into",
            "faults; tells how long nobody is served, and fails above objectives.recovery-time.",
            "Its failover rules are judged too: each resource that they name goes down once",
            "(fault down:RESOURCE).",
            "A light module runs on one server, a farm on two, by their hooks alone."
        },
        mixinStandardHelpOptions = true)
public final class SimulateCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--fault", paramLabel = "FAULT", description = "Only this one; default all.")
    private @Nullable String fault;

    @Option(names = "--seeds", paramLabel = "N", description = "Moments tried for each; 10.")
    private int seeds = 10;

    @Option(names = "--seed", paramLabel = "N", description = "The first seed; 1.")
    private long seed = 1;

    @Option(names = "--timeline", description = "Shows what happened, of the slowest run of each.")
    private boolean isTimeline;

    @Option(names = "--html", paramLabel = "FILE", description = "Writes the timelines as a page.")
    private @Nullable Path html;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or json.")
    private Format format = Format.TEXT;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR|FILE",
            description = "A folder or an archive; default this folder.")
    private Path path = Path.of("");

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        Source source = Source.of(path);
        List<Finding> findings = source.lint();
        if (source.read().module().isEmpty() || Finding.anyError(findings)) {
            err.print(source.text(findings));
            err.println("not simulated: lint comes first");
            return Exit.REFUSED;
        }
        SafeModule module = source.read().module().orElseThrow();
        boolean isPair = module.manifest().kind() == Manifest.Kind.MIRROR;
        if (!isPair) {
            err.printf(
                    "%s: by the module's hooks alone; the engine of this kind is not built yet%n",
                    module.manifest().kind().name().toLowerCase(Locale.ROOT));
        }
        String first =
                module.manifest().platforms().isEmpty()
                        ? "debian"
                        : module.manifest().platforms().getFirst();
        Platform platform = Platforms.of(first).orElse(Platform.DEBIAN);
        List<SimulationReport.Row> rows = isPair ? pair(module, platform) : lone(module, platform);
        if (rows.isEmpty()) {
            return Exit.USAGE;
        }
        Optional<Duration> objective = module.manifest().recoveryTime();
        PrintWriter out = spec.commandLine().getOut();
        if (html != null) {
            Files.writeString(
                    html, SimulationReport.html(module.manifest().name(), rows, objective));
        }
        out.print(
                format == Format.JSON
                        ? SimulationReport.json(rows, objective) + "\n"
                        : SimulationReport.text(rows, objective, isTimeline));
        boolean good = rows.stream().allMatch(r -> r.isGood(objective));
        return good ? Exit.DONE : Exit.REFUSED;
    }

    private List<SimulationReport.Row> pair(SafeModule module, Platform platform) {
        try (Simulation simulation = new Simulation(module, platform)) {
            return rows(chosen(simulation.faults()), simulation::run);
        }
    }

    private List<SimulationReport.Row> lone(SafeModule module, Platform platform) {
        try (LoneServers servers = new LoneServers(module, platform)) {
            return rows(chosen(LoneServers.FAULTS), servers::run);
        }
    }

    /// Gives the faults to run into; none, said why, if the one asked for is none.
    private List<String> chosen(List<String> faults) {
        if (fault == null) {
            return faults;
        }
        if (!faults.contains(fault)) {
            spec.commandLine().getErr().println("faults are " + String.join(", ", faults));
            return List.of();
        }
        return List.of(fault);
    }

    private List<SimulationReport.Row> rows(
            List<String> faults, BiFunction<String, Long, Simulation.Outcome> run) {
        List<SimulationReport.Row> rows = new ArrayList<>();
        for (String one : faults) {
            List<Simulation.Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < seeds; i++) {
                outcomes.add(run.apply(one, seed + i));
            }
            rows.add(SimulationReport.row(one, outcomes, seed));
        }
        return rows;
    }
}
