package dev.understudy.tests.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.understudy.core.failover.Isolation;
import dev.understudy.core.failover.Rule;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// 1000 seeds of the shipping core, and mistakes that the same checks must find.
final class ClusterSimTest {
    private static final long SEEDS = 1_000;

    /// Needs contact within the milliseconds of a seal; a hand-made change while unmounted; equal
    /// epochs by a crash inside a swap; a third vote. The first two and the epochs are met by
    /// FailoverTest or by more seeds.
    private static final Set<Rule> NOT_HERE =
            EnumSet.of(
                    Rule.LOSS_CANCELLED, Rule.VERIFIED, Rule.EPOCH_RAISED, Rule.REGISTER_REFUSED);

    @Test
    void everySeedKeepsTheInvariants() {
        Tally tally = new Tally();
        long first = Long.getLong("simulator.seed", 1);
        for (long seed = first; seed < first + SEEDS; seed++) {
            run(seed, tally);
        }
        System.out.print(tally.tables());
        for (Fault fault : Fault.values()) {
            assertTrue(tally.count(fault) > 0, fault + " was never injected");
        }
        for (Rule rule : Rule.values()) {
            assertTrue(tally.count(rule) > 0 || NOT_HERE.contains(rule), rule + " never fired");
        }
        assertTrue(tally.steps / SEEDS >= 300, "too few steps: " + tally.steps);
        assertTrue(tally.faultCount() / SEEDS >= 3, "too few faults: " + tally.faultCount());
    }

    private static void run(long seed, Tally tally) {
        try {
            ClusterSim.ofSeed(seed, tally).run();
        } catch (Violation violation) {
            System.out.println("seed=" + seed + " " + violation.getMessage());
            System.out.println(ClusterSim.timeline());
            fail("seed " + seed, violation);
        }
    }

    @Test
    void aSeedGivesTheSameRunTwice() {
        Tally one = new Tally();
        Tally two = new Tally();
        run(4711, one);
        String timeline = ClusterSim.timeline();
        run(4711, two);
        assertEquals(timeline, ClusterSim.timeline());
        assertEquals(one.steps, two.steps);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SHIPPED")
    void aMistakeIsRefuted(Variant variant) {
        for (long seed = 1; seed <= 400; seed++) {
            try {
                new ClusterSim(seed, variant, Isolation.PROTECT, new Tally()).run();
            } catch (Violation refuted) {
                System.out.println(
                        variant + " refuted by seed " + seed + ": " + refuted.getMessage());
                return;
            }
        }
        fail(variant + " was not refuted");
    }
}
