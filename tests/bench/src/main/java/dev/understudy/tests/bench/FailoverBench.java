package dev.understudy.tests.bench;

import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.demo.LedgerService;
import dev.understudy.tests.demo.Result;
import dev.understudy.tests.demo.Scenario;
import dev.understudy.tests.demo.Stage;
import dev.understudy.tests.demo.Timeline;
import dev.understudy.tests.demo.Workload;
import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/// How long clients are without service: ours with its settings, keepalived beside it in the same
/// run.
///
/// Arguments: runs of each event, settings (`default`, `fast`, comma between), events (`power-off`,
/// `daemon-death`, `link-cut`, `stop`), peers (`keepalived` or `none`). The last line printed is
/// one JSON object.
public final class FailoverBench {
    private static final String FAST =
            "heartbeats: {interval: 50ms, lease: 200ms, timeout: 500ms}\n";

    private final Timeline timeline = new Timeline(System.out, false);
    private final List<String> rows = new ArrayList<>();
    private final int runs;

    private FailoverBench(int runs) {
        this.runs = runs;
    }

    /// Measures once.
    public static void main(String[] args) {
        if (args.length != 4) {
            System.err.println("usage: FailoverBench RUNS SETTINGS EVENTS PEERS");
            System.exit(2);
        }
        FailoverBench bench = new FailoverBench(Integer.parseInt(args[0]));
        try {
            for (String settings : args[1].split(",", -1)) {
                bench.understudy(settings, List.of(args[2].split(",", -1)));
            }
            if (args[3].equals("keepalived")) {
                bench.keepalived("advert 1 s (default)", "1");
                bench.keepalived("advert 0.1 s", "0.1");
            }
            System.out.println("{\"rows\":[" + String.join(",", bench.rows) + "]}");
        } catch (Exception e) {
            System.err.println(e.getMessage());
            System.exit(3);
        }
    }

    private void understudy(String settings, List<String> events) throws Exception {
        timeline.title("Understudy, settings " + settings);
        Path logs = Path.of(System.getProperty("project"), "target", "bench", "failover");
        try (Stage stage =
                Stage.open(
                        LabSpec.twoNodes(1),
                        logs,
                        lab -> new LedgerService(lab.nodes().getFirst().disk()),
                        timeline)) {
            stage.install(archive(stage.cluster(), settings));
            try (Workload load = stage.load()) {
                stage.join();
                Scenario scenario =
                        new Scenario(stage.cluster(), stage.application(), load, timeline, 1);
                for (String event : events) {
                    for (int run = 1; run <= runs; run++) {
                        play(scenario, event, run);
                    }
                    List<Result> results =
                            scenario.results().stream()
                                    .filter(result -> result.event().equals(event))
                                    .toList();
                    row("understudy", settings, event, results);
                }
                if (scenario.lost() + scenario.differing() > 0) {
                    throw new LabException("something was lost or differs");
                }
            }
        }
    }

    private static void play(Scenario scenario, String event, int run) throws Exception {
        switch (event) {
            case "power-off" -> scenario.powerOff(run);
            case "daemon-death" -> scenario.daemonDeath(run);
            case "link-cut" -> scenario.cutOff(run);
            case "stop" -> scenario.stop(run);
            default -> throw new LabException("no event " + event);
        }
    }

    private static Path archive(TestCluster cluster, String settings) throws IOException {
        Path from = Path.of(System.getProperty("project"), "module-library", "ledger");
        Path to = cluster.lab().directory().resolve("ledger");
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        if (settings.equals("fast")) {
            Path configuration = to.resolve("conf/userconfig.yaml");
            Files.writeString(configuration, Files.readString(configuration) + FAST);
        }
        LabNode node = cluster.lab().nodes().getFirst();
        Path archive = cluster.lab().directory().resolve("ledger.safe");
        cluster.must(node, List.of("pack", "--output=" + archive, to.toString()));
        return archive;
    }

    private void keepalived(String settings, String advert) throws Exception {
        timeline.title("keepalived, " + settings);
        try (Keepalived peer = new Keepalived(advert, timeline)) {
            List<Long> gaps = new ArrayList<>();
            for (int run = 1; run <= runs; run++) {
                gaps.add(peer.linkCut());
            }
            row("keepalived", settings, "link-cut", gaps, gaps.stream().map(_ -> 0L).toList());
        }
    }

    private void row(String system, String settings, String event, List<Result> results) {
        row(
                system,
                settings,
                event,
                results.stream().map(Result::gapMs).toList(),
                results.stream().map(result -> Math.max(0, result.applicationStartMs())).toList());
    }

    private void row(
            String system, String settings, String event, List<Long> gaps, List<Long> starts) {
        long median = median(gaps, Long::longValue);
        long max = gaps.stream().mapToLong(Long::longValue).max().orElse(-1);
        long start = median(starts, Long::longValue);
        System.out.printf(
                "%-12s %-22s %-14s median %5d ms, max %5d ms, of which application %4d ms (n=%d)%n",
                system, settings, event, median, max, start, gaps.size());
        rows.add(
                ("{\"system\":\"%s\",\"settings\":\"%s\",\"event\":\"%s\",\"medianMs\":%d,"
                                + "\"maxMs\":%d,\"applicationStartMs\":%d,\"n\":%d}")
                        .formatted(system, settings, event, median, max, start, gaps.size()));
    }

    private static <T> long median(List<T> values, ToLongFunction<T> of) {
        long[] sorted = values.stream().mapToLong(of).sorted().toArray();
        return sorted.length == 0 ? -1 : sorted[sorted.length / 2];
    }
}
