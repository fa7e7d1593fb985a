package dev.understudy.script;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Ends runs that allocate more than their budget.
///
/// The engine has no limit on the heap of one context; what a thread has allocated so far is cheap
/// to read, so it is read every 20 ms while something runs. Bytes count when they are allocated,
/// freed ones too.
final class AllocationWatch implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(20);

    private record Watched(long threadId, long startBytes, long budgetBytes) {}

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Map<ScriptRun, Watched> watched = new ConcurrentHashMap<>();
    private final Thread thread;

    AllocationWatch() {
        thread = Thread.ofPlatform().daemon().name("allocation-watch").start(this::watch);
    }

    /// Begins to watch a run on the platform thread that it has.
    void begin(ScriptRun run, long threadId, long budgetBytes) {
        long startBytes = threads.getThreadAllocatedBytes(threadId);
        watched.put(run, new Watched(threadId, startBytes, budgetBytes));
        synchronized (this) {
            notifyAll();
        }
    }

    /// Ends it.
    void end(ScriptRun run) {
        watched.remove(run);
    }

    private void watch() {
        try {
            while (!Thread.interrupted()) {
                synchronized (this) {
                    while (watched.isEmpty()) {
                        wait();
                    }
                }
                watched.forEach(this::look);
                Thread.sleep(PERIOD);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(ScriptRun run, Watched w) {
        if (threads.getThreadAllocatedBytes(w.threadId()) - w.startBytes() > w.budgetBytes()) {
            watched.remove(run);
            run.exhaust();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
