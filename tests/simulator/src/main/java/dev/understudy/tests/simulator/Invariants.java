package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Action;
import dev.understudy.core.failover.DataState;
import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Failover;
import dev.understudy.core.failover.Job;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.State;
import dev.understudy.core.failover.Step;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What must hold after every step.
final class Invariants {
    private final Map<Long, Integer> servedEpochs = new HashMap<>();
    private final long[] stopSince = {-1, -1};
    private long steps;

    static void afterStep(Daemon daemon, Node before, Event event, Step step) {
        daemon.world.invariants.check(daemon, before, event, step);
    }

    private void check(Daemon daemon, Node before, Event event, Step step) {
        Node next = step.next();
        journalFirst(step);
        if (++steps % 61 == 0 && !Failover.step(before, event).equals(step)) {
            throw new Violation("I14", "a step is not determined by its arguments: " + event);
        }
        if (next.isServing()) {
            serving(daemon, before, next);
        }
        stops(daemon, next);
        neverGivesUp(before, event, next);
        Keep.check(daemon, before, next);
        Before.check(daemon, before, event, next);
    }

    /// I7: at the end of a resynchronisation the target holds what its source has applied.
    static void resynchronised(Replica source, Replica target) {
        long applied = source.source == null ? 0 : source.source.applied();
        for (int chunk = 0; chunk < Disk.CHUNKS; chunk++) {
            long mine = source.disk.cache[chunk];
            long theirs = target.contentAt(chunk, applied);
            if (mine != theirs) {
                throw new Violation(
                        "I7", "resynchronised chunk " + chunk + ": " + mine + " and " + theirs);
            }
        }
    }

    /// I12: nothing but an operator's word or an action that the module asks for ends a module.
    private static void neverGivesUp(Node before, Event event, Node next) {
        boolean ends = isEnd(next) && !isEnd(before);
        boolean asked =
                event instanceof Event.Commanded
                        || (event instanceof Event.ResourceDown down
                                && down.action() == Action.STOP);
        if (ends && !asked) {
            throw new Violation("I12", next.settings().self() + " gave up by itself: " + event);
        }
    }

    private static boolean isEnd(Node node) {
        return node.goal().wanted() == Node.Wanted.STOP && !node.goal().startsAgain();
    }

    private static void journalFirst(Step step) {
        for (Effect effect : step.effects()) {
            if (effect instanceof Effect.Journal) {
                return;
            }
            boolean quiet =
                    effect instanceof Effect.LeaseUntil
                            || effect instanceof Effect.Probe
                            || effect instanceof Effect.Answer;
            if (!quiet) {
                throw new Violation("I14", "no journal line before " + effect);
            }
        }
    }

    private void serving(Daemon daemon, Node before, Node next) {
        int index = daemon.machine.index;
        long epoch = next.register().epoch().value();
        Integer other = servedEpochs.putIfAbsent(epoch, index);
        boolean exclusive = !daemon.world.ledger.mayDiverge;
        if (exclusive && other != null && other != index) {
            throw new Violation("I2", "both served in epoch " + epoch);
        }
        boolean isMember = next.register().isMember(next.settings().self());
        if (next.saved().data() != DataState.UP_TO_DATE || !isMember) {
            throw new Violation("I3", next.saved().data() + " serves, " + next.register());
        }
        if (!before.isServing()) {
            daemon.world.ledger.serves(
                    daemon.machine.id + " " + next.state(), daemon.machine.disk.cache);
        }
    }

    private void stops(Daemon daemon, Node next) {
        int index = daemon.machine.index;
        boolean stopping = next.goal().wanted() == Node.Wanted.STOP && next.state() != State.STOP;
        // An unknown outcome and a source that waits to seal have no bound of their own.
        boolean bounded = next.duty().pending() == null && !next.duty().jobs().contains(Job.SEAL);
        if (!stopping || !bounded) {
            stopSince[index] = -1;
        } else if (stopSince[index] < 0) {
            stopSince[index] = daemon.world.now;
        } else if (daemon.world.now - stopSince[index] > 90 * World.SECOND && daemon.isRunning()) {
            throw new Violation("I11", daemon.machine.id + " does not stop: " + next.duty());
        }
    }

    /// A write is applied and acknowledged.
    static void applied(Replica replica, Replica.Write write) {
        World world = replica.world;
        boolean asPair = !replica.isAlone;
        Replica peer = replica.other();
        boolean follows =
                peer != replica
                        && peer.daemon.node.state() == State.SECOND
                        && peer.epoch == replica.epoch
                        && peer.mode == Replica.Mode.FOLLOW;
        if (asPair && follows && peer.holds(write.chunk()) < write.value()) {
            throw new Violation("I1", "acknowledged without SECOND: " + write);
        }
        world.ledger.acknowledged(write.chunk(), write.value(), asPair);
    }

    /// A copy is about to be overwritten.
    static void overwrites(Daemon target) {
        Daemon source = target.machine.other().daemon;
        if (source != null && source.node.saved().data() != DataState.UP_TO_DATE) {
            throw new Violation("I10", "overwritten from " + source.node.saved().data());
        }
        if (target.machine.disk.saved.data() == DataState.UP_TO_DATE) {
            throw new Violation("I10", "an up-to-date copy is overwritten");
        }
    }

    /// What concerns both machines.
    void both(World world, Machine a, Machine b) {
        boolean exclusive = !world.ledger.mayDiverge;
        if (exclusive && isAlone(a) && isAlone(b)) {
            throw new Violation("I4", "both may acknowledge alone");
        }
        boolean reachable = !world.clientsCut[0] && !world.clientsCut[1];
        if (exclusive && reachable && a.isVipUp() && b.isVipUp()) {
            throw new Violation("I4", "both hold the virtual address");
        }
        Daemon prim = in(a, State.PRIM) != null ? a.daemon : b.daemon;
        Daemon second = in(a, State.SECOND) != null ? a.daemon : in(b, State.SECOND);
        if (prim == null || second == null || prim == second) {
            return;
        }
        equal(prim, second);
    }

    private static boolean isAlone(Machine machine) {
        Daemon daemon = machine.daemon;
        return daemon != null
                && daemon.isRunning()
                && daemon.replica.mode == Replica.Mode.SERVE
                && daemon.node.state() == State.ALONE
                && daemon.replica.mayServe();
    }

    private static @Nullable Daemon in(Machine machine, State state) {
        Daemon daemon = machine.daemon;
        return daemon != null && daemon.node.state() == state ? daemon : null;
    }

    /// I5: outside the sets and what is in flight, both copies are equal.
    private static void equal(Daemon prim, Daemon second) {
        boolean pair =
                prim.node.state() == State.PRIM
                        && prim.node.register().equals(second.node.register())
                        && prim.replica.mode == Replica.Mode.SERVE
                        && second.replica.mode == Replica.Mode.FOLLOW
                        && prim.replica.epoch == second.replica.epoch;
        if (!pair) {
            return;
        }
        for (int chunk = 0; chunk < Disk.CHUNKS; chunk++) {
            long mine = prim.machine.disk.cache[chunk];
            long theirs = second.machine.disk.cache[chunk];
            if (mine == theirs) {
                continue;
            }
            boolean named = prim.replica.mayDiffer(chunk) || second.replica.mayDiffer(chunk);
            if (!named) {
                throw new Violation(
                        "I5", "chunk " + chunk + " differs unknown: " + mine + " and " + theirs);
            }
        }
    }
}
