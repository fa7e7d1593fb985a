package dev.understudy.tests.bench;

import dev.understudy.tests.cluster.LocalApi;
import dev.understudy.tests.cluster.ModuleView;
import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/// Measures how long the processes of a node take to start, what they hold and what they use at
/// rest.
///
/// A node of two that serves nobody loses its power and comes back, `rounds` times; each row is the
/// median. Milliseconds count from the start of safed's own process, but `guard` ones from the
/// start of the guard. Arguments: rounds, and seconds at rest.
public final class StartBench {
    private static final String MODULE = "bench-start";
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String HOST = "dev.understudy.script.ScriptHost";

    private final TestCluster cluster;
    private final LabNode node;
    private final LabNode peer;
    private final Map<String, List<Double>> values = new LinkedHashMap<>();

    private StartBench(TestCluster cluster) {
        this.cluster = cluster;
        this.peer = cluster.lab().nodes().getFirst();
        this.node = cluster.lab().nodes().getLast();
    }

    /// Runs the rounds and prints the table; the JSON line comes last.
    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("usage: StartBench ROUNDS SECONDS");
            System.exit(2);
        }
        try (Lab lab = Lab.create(LabSpec.twoNodes(0))) {
            Path logs = Path.of(System.getProperty("project"), "target", "bench", "start");
            StartBench bench =
                    new StartBench(new TestCluster(lab, TestCluster.distribution(), logs));
            bench.prepare();
            for (int round = 0; round < Integer.parseInt(args[0]); round++) {
                bench.round();
            }
            bench.rest(Integer.parseInt(args[1]));
            System.out.print(bench.table());
            System.out.println(bench.json());
        } catch (LabException e) {
            System.err.println(e.getMessage());
            System.exit(3);
        }
    }

    private void prepare() {
        cluster.form("bench");
        Path data = cluster.lab().nodes().getFirst().disk().resolve("data");
        cluster.lab().nodes().forEach(one -> one.must("mkdir", "-p", data.toString()));
        Path archive = cluster.lab().directory().resolve("bench-start.safe");
        Path sources = Path.of(System.getProperty("project"), "tests", "bench", "start-module");
        cluster.must(peer, List.of("pack", "--output=" + archive, sources.toString()));
        cluster.must(
                peer,
                List.of(
                        "install",
                        archive.toString(),
                        "--set",
                        "data-dir=" + data,
                        "--set",
                        "virtual-ip=" + Lab.VIRTUAL_IP));
        cluster.must(peer, List.of("prim", "-m", MODULE));
        cluster.awaitState(peer, MODULE, "ALONE", PATIENCE);
        cluster.must(node, List.of("second", "-m", MODULE));
        cluster.awaitInSync(MODULE, PATIENCE);
    }

    private void round() throws IOException {
        node.powerOff();
        cluster.awaitState(peer, MODULE, "ALONE", PATIENCE);
        node.powerOn();
        long fromNs = System.nanoTime();
        cluster.spawnDaemon(node);
        double safedAt =
                at(fromNs, "safed runs", () -> !node.processes(TestCluster.SAFED).isEmpty());
        add("guard to safed", "ms", safedAt);
        double api = at(fromNs, "the API answers", this::answers);
        add("API answers", "ms", api - safedAt);
        double heard = at(fromNs, "the peer is heard", () -> isHeard());
        add("module runs, peer heard", "ms", heard - safedAt);
        add("CPU of safed until then", "ms", cpuMs(TestCluster.SAFED));
        double second = at(fromNs, "SECOND", () -> is("SECOND"));
        add("SECOND", "ms", second - safedAt);
        add("guard to SECOND", "ms", second);
        add("CPU of safed until SECOND", "ms", cpuMs(TestCluster.SAFED));
        addThreads("its thread ", "ms", Map.of(), node, 1);
        add("CPU of script hosts until SECOND", "ms", cpuMs(HOST));
        cluster.awaitInSync(MODULE, PATIENCE);
    }

    private static double at(long fromNs, String what, Callable<Boolean> condition) {
        Await.until(what, PATIENCE, condition);
        return (System.nanoTime() - fromNs) / 1e6;
    }

    private boolean answers() throws IOException {
        return LocalApi.get(cluster.socket(node), "/health").status() == 200;
    }

    private boolean isHeard() {
        return cluster.state(node, MODULE)
                .filter(view -> view.json().path("peer").path("isReachable").asBoolean())
                .isPresent();
    }

    private boolean is(String state) {
        return cluster.state(node, MODULE).map(ModuleView::state).filter(state::equals).isPresent();
    }

    /// Looks at the primary, which has settled, for some seconds without asking it anything.
    private void rest(int seconds) throws Exception {
        Map<String, String> programs = new LinkedHashMap<>();
        programs.put("safed", TestCluster.SAFED);
        programs.put("guard", TestCluster.GUARD);
        programs.put("script hosts", HOST);
        for (LabNode one : List.of(peer, node)) {
            String who = one.equals(peer) ? " of the primary" : " of the secondary";
            Map<String, Double> before = new LinkedHashMap<>();
            programs.forEach((name, text) -> before.put(name, cpuMs(one, text)));
            Map<String, Double> threads = threads(one);
            long fromNs = System.nanoTime();
            Thread.sleep(Duration.ofSeconds(seconds));
            double passedMs = (System.nanoTime() - fromNs) / 1e6;
            programs.forEach((name, text) -> {
                double used = cpuMs(one, text) - before.getOrDefault(name, 0.0);
                add(name + who + " at rest", "% of a core", 100 * used / passedMs);
                for (long pid : one.processes(text)) {
                    add(name + who + " resident", "MB", residentMb(pid));
                }
            });
            addThreads("thread" + who + " at rest ", "% of a core", threads, one, 100 / passedMs);
        }
    }

    private double cpuMs(String program) {
        return cpuMs(node, program);
    }

    /// Gives what the threads of safed have used, by their names.
    private static Map<String, Double> threads(LabNode node) {
        Map<String, Double> used = new TreeMap<>();
        for (long pid : node.processes(TestCluster.SAFED)) {
            try (DirectoryStream<Path> tasks =
                    Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
                for (Path task : tasks) {
                    String name = Files.readString(task.resolve("comm")).strip();
                    used.merge(name, cpuMs(task), Double::sum);
                }
            } catch (IOException e) {
                throw new LabException("process " + pid + " has ended", e);
            }
        }
        return used;
    }

    /// Adds the threads that used most.
    private void addThreads(
            String what, String unit, Map<String, Double> before, LabNode of, double scale) {
        Map<String, Double> used = threads(of);
        used.replaceAll((name, ms) -> (ms - before.getOrDefault(name, 0.0)) * scale);
        used.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .limit(6)
                .forEach(entry -> add("  " + what + entry.getKey(), unit, entry.getValue()));
    }

    private static double cpuMs(LabNode node, String program) {
        return node.processes(program).stream().mapToDouble(StartBench::cpuMs).sum();
    }

    /// User and system time of a process; proc(5) stat, fields 14 and 15, in ticks of 10 ms.
    private static double cpuMs(long pid) {
        return cpuMs(Path.of("/proc", Long.toString(pid)));
    }

    private static double cpuMs(Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return 10.0 * (Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
        } catch (IOException e) {
            return 0; // it has ended
        }
    }

    private static double residentMb(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
                    .sum();
        } catch (IOException e) {
            throw new LabException("process " + pid + " has ended", e);
        }
    }

    private void add(String what, String unit, double value) {
        values.computeIfAbsent(what + "|" + unit, _ -> new ArrayList<>()).add(value);
    }

    private String table() {
        StringBuilder text = new StringBuilder();
        values.forEach((key, all) -> text.append(row("%-42s %10s  (%s to %s) %s%n", key, all)));
        return text.toString();
    }

    private String json() {
        List<String> rows = new ArrayList<>();
        values.forEach((key, all) ->
                rows.add(
                        row(
                                "{\"what\":\"%s\",\"median\":%s,\"min\":%s,\"max\":%s,\"unit\":\"%s\"}",
                                key, all)));
        return "{\"rows\":[" + String.join(",", rows) + "]}";
    }

    private static String row(String format, String key, List<Double> all) {
        List<Double> sorted = all.stream().sorted().toList();
        String[] parts = key.split("\\|", -1);
        return String.format(
                Locale.ROOT,
                format,
                parts[0],
                number(sorted.get(sorted.size() / 2)),
                number(sorted.getFirst()),
                number(sorted.getLast()),
                parts[1]);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
