package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Event;

/// The walk after an unmounted period: what was changed meanwhile joins the sets.
final class Walk {
    private Walk() {}

    static void of(Replica replica) {
        Disk disk = replica.disk;
        int found = disk.edits.size();
        if (found > 0 && replica.world.variant != Variant.WALK_SKIPPED) {
            disk.edits.forEach(replica::mark);
            disk.map.addAll(disk.edits);
        }
        disk.edits.clear();
        replica.tell(now -> new Event.Verified(now, found));
    }
}
