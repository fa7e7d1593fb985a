package dev.understudy.script;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The timers of the machine.
final class RealTimers implements Timers, AutoCloseable {
    private final ScheduledThreadPoolExecutor executor;

    RealTimers() {
        executor =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("timers").factory());
        executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public void after(Duration duration, Runnable action) {
        // the future would only tell of an exception, and the actions post to a queue
        var _ = executor.schedule(action, duration.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
