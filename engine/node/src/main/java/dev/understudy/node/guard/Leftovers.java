package dev.understudy.node.guard;

import dev.understudy.guard.fence.FencePlan;
import dev.understudy.guard.fence.Fencer;
import dev.understudy.posix.process.Cgroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Cleans up what a daemon left that died without its guard: virtual addresses whose lease runs on,
/// processes of the modules, mounts whose connection is dead.
///
/// To be called once at the start of the daemon, before any module does anything. Harmless when
/// there is nothing.
public final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    private static final int EMPTY_WITHIN_MS = 5000;

    private Leftovers() {}

    /// Carries out the plans that the run folder still holds.
    ///
    /// @param run folder of run-time files
    /// @return what could not be cleaned, for the journal; empty when all is well
    public static List<String> clean(Path run) throws IOException {
        PlanFiles files = new PlanFiles(run);
        List<FencePlan> plans = new ArrayList<>();
        for (FencePlan plan : files.readAll()) {
            plans.add(withoutMessages(plan));
        }
        if (plans.isEmpty()) {
            return List.of();
        }
        List<String> problems = new ArrayList<>();
        try (Fencer fencer = new Fencer()) {
            problems.addAll(fencer.fence(plans).problems());
            for (FencePlan plan : plans) {
                awaitEmpty(plan, problems);
            }
            problems.addAll(fencer.clean(plans));
        }
        for (FencePlan plan : plans) {
            LOG.info("cleaned up after a daemon that died module={}", plan.module());
            files.delete(plan.module());
        }
        return problems;
    }

    /// The messages of a dead daemon speak of its incarnation; the peer has long decided.
    private static FencePlan withoutMessages(FencePlan plan) {
        return new FencePlan(
                plan.module(),
                plan.tables(),
                plan.addresses(),
                plan.mounts(),
                plan.aborts(),
                plan.cgroups(),
                plan.mark(),
                List.of());
    }

    private static void awaitEmpty(FencePlan plan, List<String> problems) throws IOException {
        for (String directory : plan.cgroups()) {
            Cgroup group = new Cgroup(Path.of(directory));
            if (!group.awaitEmpty(EMPTY_WITHIN_MS)) {
                problems.add("processes " + group.pids() + " in " + group + " do not end");
            }
        }
    }
}
