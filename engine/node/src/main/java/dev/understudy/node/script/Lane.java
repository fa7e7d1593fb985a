package dev.understudy.node.script;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Runs hooks one at a time, each on a thread of its own.
final class Lane {
    /// Longest time that a cancelled hook takes to end: the ladder of the script host, and some.
    private static final Duration END_WITHIN = Duration.ofSeconds(4);

    private final String name;
    private final boolean replaces;
    private @Nullable Job current;

    private static final class Job {
        final CompletableFuture<HookResult> future = new CompletableFuture<>();
        volatile String reason = "another hook took its place";
        @Nullable Thread thread;
    }

    /// Makes a lane.
    ///
    /// @param replaces whether a new hook cancels the one before it, or waits for its end
    Lane(String name, boolean replaces) {
        this.name = name;
        this.replaces = replaces;
    }

    /// Begins a hook; returns at once.
    synchronized CompletableFuture<HookResult> submit(
            Callable<HookResult> body,
            Function<String, HookResult> cancelled,
            Function<Exception, HookResult> broken) {
        Job before = current;
        Job job = new Job();
        if (replaces && before != null && before.thread != null) {
            before.thread.interrupt();
        }
        Thread thread =
                Thread.ofVirtual()
                        .name(name)
                        .unstarted(() -> work(job, before, body, cancelled, broken));
        job.thread = thread;
        current = job;
        thread.start();
        return job.future;
    }

    private void work(
            Job job,
            @Nullable Job before,
            Callable<HookResult> body,
            Function<String, HookResult> cancelled,
            Function<Exception, HookResult> broken) {
        HookResult result;
        try {
            if (before != null && before.thread != null) {
                boolean _ = before.thread.join(END_WITHIN);
            }
            result = body.call();
        } catch (InterruptedException e) {
            result = cancelled.apply(job.reason);
        } catch (Exception e) {
            result = broken.apply(e);
        }
        synchronized (this) {
            if (current == job) {
                current = null;
            }
        }
        job.future.complete(result);
    }

    /// Ends what runs.
    synchronized void cancel(String reason) {
        if (current != null && current.thread != null) {
            current.reason = reason;
            current.thread.interrupt();
        }
    }

    /// Waits until nothing runs.
    ///
    /// @return false if something still does
    boolean awaitQuiet(Duration within) {
        Job job;
        synchronized (this) {
            job = current;
        }
        try {
            return job == null || job.thread == null || job.thread.join(within);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
