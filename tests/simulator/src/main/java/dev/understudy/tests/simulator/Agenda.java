package dev.understudy.tests.simulator;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What is to be done when: by time, then in the order in which it was asked for.
///
/// Sorted arrays with the next task last: a dozen tasks wait at a time, and most of those that come
/// are due soon, so a new one moves a few others; a heap took twice as long.
final class Agenda {
    private long[] times = new long[64];
    private @Nullable Runnable[] tasks = new @Nullable Runnable[64];
    private int size;

    /// Notes a task for a moment.
    void add(long at, Runnable task) {
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            tasks = Arrays.copyOf(tasks, 2 * size);
        }
        int i = size++;
        while (i > 0 && times[i - 1] <= at) { // of equal moments the later asked stays before
            times[i] = times[i - 1];
            tasks[i] = tasks[i - 1];
            i--;
        }
        times[i] = at;
        tasks[i] = task;
    }

    /// When the next task is due; [Long#MAX_VALUE] if there is none.
    long nextNs() {
        return size == 0 ? Long.MAX_VALUE : times[size - 1];
    }

    /// Takes the next task off; there must be one.
    Runnable poll() {
        Runnable first = size == 0 ? null : tasks[size - 1];
        if (first == null) {
            throw new IllegalStateException("nothing to do");
        }
        tasks[--size] = null;
        return first;
    }
}
