package dev.understudy.tests.simulator;

import java.util.PriorityQueue;
import java.util.SplittableRandom;

/// Virtual time, chance, and the links between two machines and their gateway.
final class World {
    static final long MS = 1_000_000L;
    static final long SECOND = 1_000 * MS;

    final SplittableRandom random;
    final Variant variant;
    final Tally tally;
    final Ledger ledger;
    final Invariants invariants = new Invariants();

    /// True time, in nanoseconds; every machine has a clock of its own.
    long now;

    /// `cut[i]`: nothing gets from machine i to the other one.
    final boolean[] cut = new boolean[2];

    /// `clientsCut[i]`: machine i has lost its client network.
    final boolean[] clientsCut = new boolean[2];

    boolean witnessDown;
    double loss;
    double duplicates;
    long delayNs;

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long order;

    private record Task(long at, long order, Runnable run) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    World(long seed, Variant variant, Tally tally) {
        this.random = new SplittableRandom(seed);
        this.variant = variant;
        this.tally = tally;
        this.ledger = new Ledger(tally);
    }

    void in(long delayNs, Runnable run) {
        tasks.add(new Task(now + delayNs, order++, run));
    }

    /// Runs what is due until `until`, or until nothing is left.
    void runUntil(long until) {
        while (true) {
            Task next = tasks.peek();
            if (next == null || next.at() > until) {
                now = until;
                return;
            }
            tasks.poll();
            now = next.at();
            next.run().run();
        }
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    long between(long lowNs, long highNs) {
        return random.nextLong(lowNs, highNs);
    }

    /// Sends a datagram from machine `from` to the other one: lost, late or twice.
    void datagram(int from, Runnable arrive) {
        if (cut[from] || chance(loss)) {
            return;
        }
        int copies = chance(duplicates) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            in(
                    between(100_000, 2 * MS) + (delayNs == 0 ? 0 : random.nextLong(delayNs)),
                    () -> {
                        if (!cut[from]) {
                            arrive.run();
                        }
                    });
        }
    }
}
