package dev.understudy.tests.simulator;

import dev.understudy.core.failover.DataState;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Node;
import java.util.Objects;
import java.util.Set;

/// A machine's quarantine: the chunks that a copy may have of its own, as they were when it was
/// told to keep them.
final class Keep {
    private static final int REFUSED_OF = 4;

    private Keep() {}

    /// Keeps; now and then there is no room, or the process dies first.
    static void own(Replica replica) {
        Daemon daemon = replica.daemon;
        long moment = replica.world.now / (500 * World.MS); // an operator acts as often
        boolean isFull = (moment + replica.index()) % REFUSED_OF == 0;
        replica.disk.kept.clear();
        if (!isFull && replica.world.variant != Variant.KEEPS_NOTHING) {
            for (int chunk : own(replica, replica.disk)) {
                replica.disk.kept.put(chunk, replica.disk.cache[chunk]);
            }
        }
        daemon.after(
                100 * World.MS,
                () -> {
                    if (!daemon.node.isServing()) {
                        daemon.offer(now ->
                                isFull
                                        ? new Event.KeepRefused(now, "full")
                                        : new Event.Kept(now, ""));
                    }
                });
    }

    private static Set<Integer> own(Replica replica, Disk disk) {
        return disk.isIntact ? replica.sets.known(disk) : Disk.everything();
    }

    /// I9: a copy that holds writes which exist nowhere else, or that is not trusted, is given up
    /// by an operator only, and what it has of its own is kept.
    static void check(Daemon daemon, Node before, Node next) {
        DataState data = before.saved().data();
        boolean precious = data == DataState.DIVERGED || data == DataState.SUSPECT;
        if (!precious || next.saved().data() != DataState.SYNCING) {
            return;
        }
        if (!before.goal().isForced() || before.goal().wanted() != Node.Wanted.SECOND) {
            throw new Violation("I9", data + " is overwritten without an operator's word");
        }
        Disk disk = daemon.machine.disk;
        for (int chunk : own(daemon.replica, disk)) {
            if (!Objects.equals(disk.kept.get(chunk), disk.cache[chunk])) {
                throw new Violation("I9", "chunk " + chunk + " is overwritten and not kept");
            }
        }
    }
}
