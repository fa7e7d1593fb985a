package dev.understudy.node.check;

import dev.understudy.node.check.CheckSources.Verdict;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Tests one resource again and again while its phase lasts.
final class Watch {
    /// What is tested, and how often.
    ///
    /// @param interval from the end of one test to the beginning of the next
    /// @param failures so many in a row = down
    record Plan(String id, Phase phase, Duration interval, int failures, Probe probe) {}

    private final Plan plan;
    private final Semaphore places;
    private final Checkers.Listener listener;
    private final LongSupplier nowNs;
    private @Nullable Thread thread;
    private ResourceState state;

    Watch(Plan plan, Semaphore places, Checkers.Listener listener, LongSupplier nowNs) {
        this.plan = plan;
        this.places = places;
        this.listener = listener;
        this.nowNs = nowNs;
        this.state = new ResourceState(plan.id(), Health.INIT, nowNs.getAsLong(), "");
    }

    Phase phase() {
        return plan.phase();
    }

    synchronized ResourceState state() {
        return state;
    }

    synchronized void start() {
        if (thread != null) {
            return;
        }
        thread = Thread.ofVirtual().name("check-" + plan.id()).unstarted(this::watch);
        thread.start();
    }

    /// Stops the tests; nothing is told after the return.
    synchronized void stop() {
        Thread running = thread;
        if (running != null) {
            thread = null;
            running.interrupt();
            change(Health.INIT, "", running);
        }
    }

    private void watch() {
        int failed = 0;
        Thread self = Thread.currentThread();
        try {
            while (!Thread.interrupted()) {
                Verdict verdict = test();
                failed = verdict.isUp() ? 0 : failed + 1;
                synchronized (this) {
                    if (!self.equals(thread)) {
                        return;
                    }
                    if (verdict.isUp()) {
                        change(Health.UP, "", self);
                    } else if (failed >= plan.failures()) {
                        change(Health.DOWN, verdict.detail(), self);
                    }
                }
                Thread.sleep(plan.interval());
            }
        } catch (InterruptedException e) {
            self.interrupt(); // stopped: the phase is over
        }
    }

    private Verdict test() throws InterruptedException {
        places.acquire();
        try {
            return plan.probe().test();
        } catch (RuntimeException e) {
            return Verdict.down("the check itself failed: " + e);
        } finally {
            places.release();
        }
    }

    /// Called with the lock held, so that a stop ends the telling.
    private void change(Health health, String detail, Thread from) {
        if (state.health() == health) {
            return;
        }
        state = new ResourceState(plan.id(), health, nowNs.getAsLong(), detail);
        if (from.equals(Thread.currentThread())) {
            listener.changed(state);
        }
    }
}
