package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Isolation;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Runs seeds: `--seeds N --seed FIRST --json --isolation protect --variant SHIPPED --trace`.
public final class Simulate {
    private Simulate() {}

    /// Exit code 1 if an invariant did not hold.
    public static void main(String[] arguments) {
        long seeds = 100;
        long first = 1;
        boolean json = false;
        boolean trace = false;
        boolean forces = false;
        @Nullable Isolation isolation = null;
        Variant variant = Variant.SHIPPED;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--seeds" -> seeds = Long.parseLong(arguments[++i]);
                case "--seed" -> first = Long.parseLong(arguments[++i]);
                case "--isolation" -> isolation = Isolation.valueOf(upper(arguments[++i]));
                case "--variant" -> variant = Variant.valueOf(upper(arguments[++i]));
                case "--forces" -> forces = true;
                case "--json" -> json = true;
                case "--trace" -> trace = true;
                default -> {
                    System.err.println("unknown option " + arguments[i]);
                    System.exit(2);
                }
            }
        }
        System.exit(run(first, seeds, isolation, variant, forces, json, trace));
    }

    private static String upper(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static ClusterSim sim(
            long seed,
            @Nullable Isolation isolation,
            Variant variant,
            boolean forces,
            Tally tally) {
        boolean mixed = isolation == null && variant == Variant.SHIPPED && !forces;
        return mixed
                ? ClusterSim.ofSeed(seed, tally)
                : new ClusterSim(
                        seed,
                        variant,
                        isolation == null ? Isolation.PROTECT : isolation,
                        forces,
                        tally);
    }

    private static int run(
            long first,
            long seeds,
            @Nullable Isolation isolation,
            Variant variant,
            boolean forces,
            boolean json,
            boolean trace) {
        Tally tally = new Tally();
        long violations = 0;
        long began = System.nanoTime();
        for (long seed = first; seed < first + seeds; seed++) {
            try {
                sim(seed, isolation, variant, forces, tally).run();
                if (trace && seeds == 1) {
                    System.out.println(ClusterSim.timeline());
                }
            } catch (Violation violation) {
                violations++;
                System.out.println("seed=" + seed + " " + violation.getMessage());
                if (trace) {
                    System.out.println(ClusterSim.timeline());
                    violation.printStackTrace(System.out);
                    break;
                }
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        if (!json) {
            System.out.print(tally.tables());
        }
        System.out.printf(
                "{\"seeds\":%d,\"steps\":%d,\"faults\":%d,\"acknowledged\":%d,"
                        + "\"violations\":%d,\"seconds\":%.1f}%n",
                seeds, tally.steps, tally.faultCount(), tally.acknowledged, violations, seconds);
        return violations == 0 ? 0 : 1;
    }
}
