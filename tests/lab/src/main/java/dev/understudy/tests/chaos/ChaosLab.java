package dev.understudy.tests.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.tests.cluster.Json;
import dev.understudy.tests.demo.Application;
import dev.understudy.tests.demo.LedgerService;
import dev.understudy.tests.demo.Postgresql;
import dev.understudy.tests.demo.Scenario;
import dev.understudy.tests.demo.Stage;
import dev.understudy.tests.demo.Timeline;
import dev.understudy.tests.demo.Workload;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// `tools/chaos lab`: faults against two real nodes under load until the time is over. After each
/// one every acknowledged commit has to be there, both copies have to become equal by themselves,
/// and nobody may have gone on beside the other.
public final class ChaosLab {
    private static final Duration IN_SYNC = Duration.ofMinutes(2);
    private static final long DISK_BYTES = 4L << 30;
    private static final List<String> DIVERGENCE =
            List.of("BOTH_WROTE", "BOTH_ALONE_KEEPS", "BOTH_ALONE_YIELDS");

    private final String app;
    private final long minutes;
    private final long seed;
    private final boolean isJson;
    private final Timeline timeline;
    private final Map<Fault, Integer> struck = new EnumMap<>(Fault.class);
    private long violations;

    private ChaosLab(String app, long minutes, long seed, boolean isJson) {
        this.app = app;
        this.minutes = minutes;
        this.seed = seed;
        this.isJson = isJson;
        timeline = new Timeline(System.out, Boolean.getBoolean("terminal"));
    }

    /// Arguments: application, minutes, seed, `json` or `text`. Exit code 0 when nothing was lost,
    /// differed or was violated, 1 when something was, 3 when it could not be carried out.
    public static void main(String[] args) {
        if (args.length != 4) {
            System.err.println("usage: ChaosLab postgresql|ledger MINUTES SEED json|text");
            System.exit(2);
        }
        ChaosLab chaos =
                new ChaosLab(
                        args[0],
                        Long.parseLong(args[1]),
                        Long.parseLong(args[2]),
                        args[3].equals("json"));
        System.exit(chaos.run());
    }

    private int run() {
        Path logs = Path.of(System.getProperty("project"), "target", "chaos");
        timeline.title("Faults for %d minutes, seed %d, %s".formatted(minutes, seed, app));
        try (Stage stage =
                Stage.open(
                        LabSpec.twoNodes(seed).withDiskBytes(DISK_BYTES),
                        logs,
                        this::application,
                        timeline)) {
            stage.install();
            try (Workload load = stage.load()) {
                stage.join();
                return play(stage, load);
            }
        } catch (Exception e) {
            timeline.bad(String.valueOf(e.getMessage()));
            timeline.plain("  daemons' logs: " + logs);
            return 3;
        }
    }

    private Application application(Lab lab) {
        return app.equals("ledger")
                ? new LedgerService(lab.nodes().getFirst().disk())
                : new Postgresql();
    }

    private int play(Stage stage, Workload load) throws Exception {
        Scenario scenario =
                new Scenario(stage.cluster(), stage.application(), load, timeline, seed);
        SplittableRandom random = new SplittableRandom(seed);
        Faults faults = new Faults(stage.cluster(), stage.application(), load, random);
        long endNs = System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes);
        List<Fault> deck = new ArrayList<>();
        boolean goesOn = true;
        while (goesOn && System.nanoTime() < endNs) {
            if (deck.isEmpty()) {
                deck.addAll(List.of(Fault.values()));
            }
            Fault fault = deck.remove(random.nextInt(deck.size()));
            goesOn = one(stage, scenario, faults, fault);
        }
        return report(load, scenario);
    }

    /// @return false when the cluster did not find back, so that nothing more can be tried
    private boolean one(Stage stage, Scenario scenario, Faults faults, Fault fault)
            throws Exception {
        String module = stage.application().module();
        timeline.fault(fault.words());
        Instant at = Instant.now();
        struck.merge(fault, 1, Integer::sum);
        try {
            faults.strike(fault);
            stage.cluster().awaitInSync(module, IN_SYNC);
        } catch (LabException e) {
            violations++;
            timeline.bad(fault + ": " + e.getMessage());
            stage.tellJournals();
            return false;
        }
        for (LabNode node : stage.cluster().lab().nodes()) {
            for (JsonNode entry : stage.cluster().journalSince(node, module, at)) {
                if (DIVERGENCE.contains(entry.path("event").asText())) {
                    violations++;
                    timeline.bad(fault + ": both nodes served: " + entry);
                }
            }
        }
        scenario.check();
        return true;
    }

    private int report(Workload load, Scenario scenario) {
        timeline.title("Faults");
        for (Fault fault : Fault.values()) {
            timeline.plain("  %3d  %s".formatted(struck.getOrDefault(fault, 0), fault.words()));
        }
        int faults = struck.values().stream().mapToInt(Integer::intValue).sum();
        int acknowledged = load.acknowledged().size();
        timeline.plain(
                "  %d faults, %d commits acknowledged, %d lost, %d files differ, %d violations"
                        .formatted(
                                faults,
                                acknowledged,
                                scenario.lost(),
                                scenario.differing(),
                                violations));
        if (isJson) {
            timeline.plain(
                    Json.object()
                            .put("faults", faults)
                            .put("acknowledged", acknowledged)
                            .put("lost", scenario.lost())
                            .put("differing", scenario.differing())
                            .put("violations", violations)
                            .toString());
        }
        return scenario.lost() + scenario.differing() + violations == 0 ? 0 : 1;
    }
}
