package dev.understudy.tests.simulator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Runs many seeds, several at a time; what is found does not depend on how many.
final class Many {
    /// Failures that are kept with their timeline; more are only counted.
    private static final int KEPT_MAX = 8;

    private Many() {}

    /// What came of it.
    ///
    /// @param failures the first few, by seed
    record Result(Tally tally, long violations, List<Minimiser.Failure> failures) {}

    /// One thread's share.
    private static final class Worker implements Runnable {
        final Tally tally = new Tally();
        final List<Minimiser.Failure> failures = new ArrayList<>();
        final AtomicLong next;
        final long end;
        final LongFunction<Plan> plans;
        long violations;
        @Nullable Throwable fault;

        Worker(AtomicLong next, long end, LongFunction<Plan> plans) {
            this.next = next;
            this.end = end;
            this.plans = plans;
        }

        @Override
        public void run() {
            try {
                for (long seed = next.getAndIncrement();
                        seed < end;
                        seed = next.getAndIncrement()) {
                    Minimiser.Failure failure = Minimiser.run(plans.apply(seed), tally);
                    if (failure != null) {
                        violations++;
                        if (failures.size() < KEPT_MAX) {
                            failures.add(failure);
                        }
                    }
                }
            } catch (RuntimeException | Error e) {
                fault = e;
            }
        }
    }

    /// Runs the seeds `first` to `first + count - 1`.
    static Result run(long first, long count, int threads, LongFunction<Plan> plans) {
        AtomicLong next = new AtomicLong(first);
        List<Worker> workers = new ArrayList<>();
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Worker worker = new Worker(next, first + count, plans);
            workers.add(worker);
            running.add(Thread.ofPlatform().name("seeds-" + i).start(worker));
        }
        Tally all = new Tally();
        List<Minimiser.Failure> failures = new ArrayList<>();
        long violations = 0;
        for (int i = 0; i < threads; i++) {
            await(running.get(i));
            Worker worker = workers.get(i);
            if (worker.fault != null) {
                throw new IllegalStateException("the simulator itself failed", worker.fault);
            }
            all.add(worker.tally);
            violations += worker.violations;
            failures.addAll(worker.failures);
        }
        failures.sort(Comparator.comparingLong(failure -> failure.plan().seed()));
        return new Result(
                all, violations, failures.subList(0, Math.min(failures.size(), KEPT_MAX)));
    }

    private static void await(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
