package dev.understudy.tests.simulator;

import dev.understudy.core.failover.DataState;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Node;
import java.util.Arrays;
import java.util.function.IntConsumer;

/// What a resynchronisation overwrites on its target, kept until the copy is complete; and the
/// check of I8: a copy that is set back is exactly what it was.
final class Before {
    private static final int FULL_OF = 8;
    private static final int FAILS_OF = 3;

    private Before() {}

    /// Begins to keep, or goes on after an interruption; now and then there is no room.
    static void keep(Replica target, boolean isConsistent) {
        Disk disk = target.disk;
        if (isConsistent) {
            disk.before = disk.cache.clone();
        }
        tell(target);
        IntConsumer strikes = target.world.onCopy;
        if (strikes != null) {
            target.world.onCopy = null;
            strikes.accept(target.index());
        }
        long moment = target.world.now / (100 * World.MS);
        if (moment % FULL_OF == 0) {
            target.daemon.after(
                    5 * World.MS,
                    () -> {
                        disk.before = null;
                        tell(target);
                    });
        }
    }

    /// A daemon that starts finds what an earlier one kept, in the same boot.
    static void tell(Replica target) {
        boolean isKept = target.disk.before != null;
        target.tell(now -> new Event.Restorable(now, isKept, ""));
    }

    static void setBack(Replica target) {
        Daemon daemon = target.daemon;
        daemon.after(
                50 * World.MS,
                () -> {
                    Disk disk = target.disk;
                    long[] before = disk.before;
                    if (before == null || target.world.now / World.MS % FAILS_OF == 0) {
                        daemon.offer(now -> new Event.SetBackFailed(now, "the disk"));
                        return;
                    }
                    if (target.world.variant != Variant.SETS_NOTHING_BACK) {
                        System.arraycopy(before, 0, disk.cache, 0, Disk.CHUNKS);
                    }
                    disk.sync();
                    disk.before = null;
                    long random = target.world.random.nextLong() | 1;
                    daemon.offer(now -> new Event.IsSetBack(now, "", random));
                });
    }

    /// I8, and nothing else makes a half overwritten copy one that counts.
    static void check(Daemon daemon, Node before, Event event, Node next) {
        DataState was = before.saved().data();
        DataState is = next.saved().data();
        Disk disk = daemon.machine.disk;
        if (was != DataState.SYNCING && is == DataState.SYNCING) {
            boolean usable = was != DataState.NEW && was != DataState.READY;
            disk.whenOverwritten = usable ? disk.cache.clone() : null;
        }
        boolean isSetBack = event instanceof Event.IsSetBack && is != DataState.SYNCING;
        if (isSetBack && !Arrays.equals(disk.whenOverwritten, disk.cache)) {
            throw new Violation("I8", daemon.machine.id + " is set back to something else");
        }
        if (isSetBack) {
            daemon.world.ledger.givenUp(disk.cache);
        }
    }
}
