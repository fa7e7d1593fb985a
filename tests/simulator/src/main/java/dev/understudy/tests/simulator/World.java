package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Isolation;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Virtual time, chance, and the links between two machines and their gateway.
final class World {
    static final long MS = 1_000_000L;
    static final long SECOND = 1_000 * MS;

    /// Told, once, which machine's copy is about to be overwritten.
    @Nullable IntConsumer onCopy;

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

    /// The third voter; null with two votes.
    @Nullable Witness witness;

    double loss;
    double duplicates;
    long delayNs;

    /// What an operator would have read.
    final Trace trace = new Trace();

    /// Machine a is the preferred primary.
    final boolean isPreferring;

    /// SECOND has a command that switches PRIM off.
    final boolean isFencing;

    /// How often a node changed its state.
    long transitions;

    private long value;
    private final Agenda agenda = new Agenda();

    World(Plan plan, Tally tally) {
        this.random = new SplittableRandom(plan.seed());
        this.variant = plan.variant();
        this.tally = tally;
        this.ledger = new Ledger(tally);
        isFencing = plan.isFencing();
        isPreferring = plan.seed() % 3 == 0;
        ledger.mayDiverge = plan.forces() || plan.isolation() == Isolation.AVAILABLE;
    }

    /// A content that never was.
    long nextValue() {
        return ++value;
    }

    void in(long delayNs, Runnable run) {
        agenda.add(now + delayNs, run);
    }

    /// Runs what is due until `until`, or until nothing is left.
    void runUntil(long until) {
        while (agenda.nextNs() <= until) {
            now = agenda.nextNs();
            agenda.poll().run();
        }
        now = until;
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
