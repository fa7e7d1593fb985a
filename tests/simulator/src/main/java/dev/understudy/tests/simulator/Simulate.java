package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Isolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Runs seeds on all cores, or one plan from a file.
public final class Simulate {
    private static final String USAGE =
            """
            simulate [--seeds N] [--seed FIRST] [--isolation protect|available|manual|majority] [--variant NAME] [--forces]
                     [--threads N] [--trace] [--json] [--save FOLDER]
            simulate --pairs [--isolation ...] [--variant NAME] [--threads N] [--json] [--save FOLDER]
            simulate --plan FILE
              --pairs   instead of seeds: every pair of faults, on either machine, at several distances
              --trace   of one seed: print what an operator would have read
              --json    only the last line
              --save    write the minimised plan of each failing seed there\
            """;

    private Simulate() {}

    /// What was asked for.
    private static final class Options {
        long seeds = 100;
        long first = 1;
        int threads = Runtime.getRuntime().availableProcessors();
        boolean json;
        boolean trace;
        boolean forces;
        boolean pairs;
        @Nullable Isolation isolation;
        @Nullable Path plan;
        @Nullable Path save;
        Variant variant = Variant.SHIPPED;

        boolean isMixed() {
            return !pairs && isolation == null && variant == Variant.SHIPPED && !forces;
        }

        Plan plan(long seed) {
            if (isMixed()) {
                return Plan.ofSeed(seed);
            }
            Isolation policy = isolation == null ? Isolation.PROTECT : isolation;
            if (pairs) {
                return Pairs.plan(seed, variant, policy);
            }
            return Plan.drawn(seed, variant, policy, forces, false);
        }
    }

    /// Exit code 1 if an invariant did not hold, or if so many seeds left a rule or a fault
    /// untried; 2 if it was called wrongly.
    public static void main(String[] arguments) throws IOException {
        Options options = new Options();
        try {
            read(arguments, options);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException wrong) {
            System.err.println(wrong.getMessage() + "\n" + USAGE);
            System.exit(2);
        }
        Path file = options.plan;
        System.exit(file == null ? run(options) : replay(file));
    }

    private static void read(String[] arguments, Options to) {
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--seeds" -> to.seeds = Long.parseLong(arguments[++i]);
                case "--seed" -> to.first = Long.parseLong(arguments[++i]);
                case "--threads" -> to.threads = Integer.parseInt(arguments[++i]);
                case "--isolation" -> to.isolation = Isolation.valueOf(upper(arguments[++i]));
                case "--variant" -> to.variant = Variant.valueOf(upper(arguments[++i]));
                case "--plan" -> to.plan = Path.of(arguments[++i]);
                case "--save" -> to.save = Path.of(arguments[++i]);
                case "--pairs" -> {
                    to.pairs = true;
                    to.first = 0;
                    to.seeds = Pairs.count();
                }
                case "--forces" -> to.forces = true;
                case "--json" -> to.json = true;
                case "--trace" -> to.trace = true;
                default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
            }
        }
    }

    private static String upper(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static int replay(Path file) throws IOException {
        Plan plan = Plan.parse(Files.readAllLines(file));
        ClusterSim sim = new ClusterSim(plan, new Tally());
        String verdict = "holds";
        try {
            sim.run();
        } catch (Violation violation) {
            verdict = String.valueOf(violation.getMessage());
        }
        System.out.println(sim.timeline() + verdict);
        return verdict.equals("holds") ? 0 : 1;
    }

    private static int run(Options options) throws IOException {
        long began = System.nanoTime();
        Many.Result result = Many.run(options.first, options.seeds, options.threads, options::plan);
        double seconds = (System.nanoTime() - began) / 1e9;
        List<String> untried =
                options.isMixed() && options.seeds >= 5_000
                        ? result.tally().untried()
                        : List.<String>of();
        for (Minimiser.Failure failure : result.failures()) {
            show(failure, options);
        }
        if (options.trace && options.seeds == 1 && result.failures().isEmpty()) {
            ClusterSim sim = new ClusterSim(options.plan(options.first), new Tally());
            sim.run();
            System.out.print(sim.timeline());
        }
        if (!options.json) {
            System.out.print(result.tally().tables());
        }
        untried.forEach(name -> System.out.println("never seen: " + name));
        System.out.printf(
                Locale.ROOT,
                "{\"seeds\":%d,\"steps\":%d,\"faults\":%d,\"acknowledged\":%d,"
                        + "\"violations\":%d,\"untried\":%d,\"seconds\":%.1f}%n",
                options.seeds,
                result.tally().steps,
                result.tally().faultCount(),
                result.tally().acknowledged,
                result.violations(),
                untried.size(),
                seconds);
        return result.violations() == 0 && untried.isEmpty() ? 0 : 1;
    }

    private static void show(Minimiser.Failure failure, Options options) throws IOException {
        Minimiser.Failure least = Minimiser.minimise(failure);
        System.out.println(
                "seed="
                        + failure.plan().seed()
                        + " fails; it needs "
                        + least.plan().faults().size()
                        + " of its "
                        + failure.plan().faults().size()
                        + " faults");
        System.out.println(least.text());
        Path folder = options.save;
        if (folder != null) {
            Files.createDirectories(folder);
            String name =
                    "%s-%s-%d.txt"
                            .formatted(
                                    least.violation().invariant().replaceAll("\\W+", "-"),
                                    least.plan().variant(),
                                    least.plan().seed());
            Files.writeString(folder.resolve(name.toLowerCase(Locale.ROOT)), least.text());
        }
    }
}
