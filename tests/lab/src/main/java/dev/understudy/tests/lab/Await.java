package dev.understudy.tests.lab;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// Waits for a condition with a deadline; the only place of the tests that lets time pass.
public final class Await {
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private Await() {}

    /// Waits until `condition` gives true, looking every 20 ms.
    ///
    /// @param what the words after "not within 10 s: "
    /// @throws LabException when `deadline` has passed; its cause is the last exception of the
    ///   condition, if it threw
    public static void until(String what, Duration deadline, Callable<Boolean> condition) {
        until(() -> what, deadline, condition);
    }

    /// As [#until(String, Duration, Callable)], with words found only when the deadline has passed.
    public static void until(
            Supplier<String> what, Duration deadline, Callable<Boolean> condition) {
        long endNs = System.nanoTime() + deadline.toNanos();
        while (true) {
            Exception last = null;
            try {
                if (condition.call()) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LabException("interrupted while waiting: " + what.get(), e);
            } catch (Exception e) {
                last = e;
            }
            if (System.nanoTime() > endNs) {
                String message = "not within " + seconds(deadline) + " s: " + what.get();
                throw last == null ? new LabException(message) : new LabException(message, last);
            }
            LockSupport.parkNanos(STEP_NS);
            if (Thread.currentThread().isInterrupted()) {
                throw new LabException("interrupted while waiting: " + what.get());
            }
        }
    }

    private static String seconds(Duration deadline) {
        return deadline.toMillis() % 1000 == 0
                ? Long.toString(deadline.toSeconds())
                : String.valueOf(deadline.toMillis() / 1000.0);
    }
}
