package dev.understudy.tests.simulator;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What is to be done when: by time, then in the order in which it was asked for.
///
/// A heap in plain arrays: half of a run's time went into a queue of objects.
final class Agenda {
    private long[] times = new long[256];
    private long[] orders = new long[256];
    private @Nullable Runnable[] tasks = new @Nullable Runnable[256];
    private int size;
    private long order;

    /// Notes a task for a moment.
    void add(long at, Runnable task) {
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            orders = Arrays.copyOf(orders, 2 * size);
            tasks = Arrays.copyOf(tasks, 2 * size);
        }
        int i = size++;
        long mine = order++;
        while (i > 0) {
            int parent = (i - 1) >>> 1;
            if (times[parent] <= at) {
                break; // of equal moments the later asked stays below
            }
            move(parent, i);
            i = parent;
        }
        put(i, at, mine, task);
    }

    /// When the next task is due; [Long#MAX_VALUE] if there is none.
    long nextNs() {
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    /// Takes the next task off; there must be one.
    Runnable poll() {
        Runnable first = tasks[0];
        if (first == null) {
            throw new IllegalStateException("nothing to do");
        }
        int last = --size;
        long at = times[last];
        long mine = orders[last];
        Runnable task = tasks[last];
        tasks[last] = null;
        if (last > 0) {
            int i = 0;
            while (true) {
                int child = 2 * i + 1;
                if (child >= last) {
                    break;
                }
                if (child + 1 < last && isBefore(child + 1, times[child], orders[child])) {
                    child++;
                }
                if (!isBefore(child, at, mine)) {
                    break;
                }
                move(child, i);
                i = child;
            }
            put(i, at, mine, task);
        }
        return first;
    }

    private boolean isBefore(int i, long at, long mine) {
        return times[i] != at ? times[i] < at : orders[i] < mine;
    }

    private void move(int from, int to) {
        times[to] = times[from];
        orders[to] = orders[from];
        tasks[to] = tasks[from];
    }

    private void put(int i, long at, long mine, @Nullable Runnable task) {
        times[i] = at;
        orders[i] = mine;
        tasks[i] = task;
    }
}
