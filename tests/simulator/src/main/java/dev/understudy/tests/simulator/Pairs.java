package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Isolation;
import java.util.List;
import java.util.SplittableRandom;

/// Every pair of faults, on either machine, at several distances: what seeds meet by chance is met
/// here for sure.
final class Pairs {
    /// Around the moments of FAILOVER.md: beats, look, lease, grace, window, its margin, and after.
    private static final long[] APART_MS = {
        0, 150, 600, 1_000, 1_400, 1_700, 2_100, 2_700, 3_200, 3_600, 6_000
    };

    private static final Fault[] ALL = Fault.values();
    private static final long LENGTH_NS = 14 * World.SECOND;

    private Pairs() {}

    /// How many there are.
    static long count() {
        long one = 2L * ALL.length;
        return one * one * APART_MS.length;
    }

    /// The pair of that number, from 0.
    static Plan plan(long number, Variant variant, Isolation isolation) {
        long left = number;
        long apartMs = APART_MS[(int) (left % APART_MS.length)];
        left /= APART_MS.length;
        SplittableRandom fate = new SplittableRandom(number);
        Injection first = injection(left % (2L * ALL.length), 0, fate);
        Injection second = injection(left / (2L * ALL.length), apartMs * World.MS, fate);
        return new Plan(
                number,
                variant,
                isolation,
                false,
                false,
                isFencing(first, second),
                LENGTH_NS,
                List.of(first, second));
    }

    private static boolean isFencing(Injection first, Injection second) {
        return first.fault().isOfFencing() || second.fault().isOfFencing();
    }

    private static Injection injection(long which, long atNs, SplittableRandom fate) {
        Fault fault = ALL[(int) (which / 2)];
        return new Injection(atNs, fault, (int) (which % 2), fate.nextLong());
    }
}
