package dev.understudy.tests.simulator;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Leaves out of a failing plan every fault that its violation does not need.
final class Minimiser {
    private static final int RUNS_MAX = 400;
    private final String invariant;
    private int runs;

    private Minimiser(String invariant) {
        this.invariant = invariant;
    }

    /// A failing plan with its violation and what an operator would have read.
    record Failure(Plan plan, Violation violation, String timeline) {
        /// As a file that people read and `RegressionTest` runs.
        String text() {
            return "# " + violation.getMessage() + "\n" + plan.text() + "----\n" + timeline;
        }
    }

    /// Runs a plan; null if everything held.
    static @Nullable Failure run(Plan plan, Tally tally) {
        ClusterSim sim = new ClusterSim(plan, tally);
        try {
            sim.run();
            return null;
        } catch (Violation violation) {
            return new Failure(plan, violation, sim.timeline());
        }
    }

    /// Gives the smallest plan found that breaks the same invariant.
    static Failure minimise(Failure first) {
        return new Minimiser(first.violation().invariant()).smaller(first);
    }

    private Failure smaller(Failure first) {
        Failure best = first;
        int step = Math.max(1, best.plan().faults().size() / 2);
        while (step >= 1 && runs < RUNS_MAX) {
            boolean progress = false;
            for (int from = best.plan().faults().size() - step; from >= 0; from -= step) {
                Failure less = without(best.plan(), from, from + step);
                if (less != null) {
                    best = less;
                    progress = true;
                }
            }
            if (!progress || step > 1) {
                step = step == 1 ? 0 : step / 2;
            }
        }
        return best;
    }

    private @Nullable Failure without(Plan plan, int from, int to) {
        List<Injection> left = new ArrayList<>(plan.faults());
        left.subList(from, Math.min(to, left.size())).clear();
        runs++;
        Failure failure = run(plan.with(left), new Tally());
        boolean same = failure != null && failure.violation().invariant().equals(invariant);
        return same ? failure : null;
    }
}
