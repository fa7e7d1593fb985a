package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Lineage;
import java.util.NavigableSet;
import java.util.TreeSet;

/// What a source copies to a target that joins, pass by pass, while its application writes.
final class Copy {
    private static final int PASSES = 2;

    /// Written since the pass began: for the next one.
    final NavigableSet<Integer> rewritten = new TreeSet<>();

    private final Replica source;
    private final Session session;

    Copy(Replica source, Session session) {
        this.source = source;
        this.session = session;
    }

    /// Decides what may differ and copies it; mirroring follows.
    void begin() {
        TreeSet<Integer> needed = needed(session.target);
        if (source.world.variant == Variant.COPY_SKIPS) {
            needed.pollFirst();
        }
        for (int chunk : needed) {
            source.mark(chunk);
            source.disk.map.add(chunk);
        }
        run(needed, 0);
    }

    private TreeSet<Integer> needed(Replica target) {
        Lineage mine = source.daemon.node.saved().lineage();
        Lineage theirs = target.disk.saved.lineage();
        boolean mapped =
                (source.disk.isIntact || target.disk.isIntact)
                        && theirs.current().isSome()
                        && (theirs.current().equals(mine.base())
                                || theirs.current().equals(mine.current()));
        if (!mapped) {
            return Disk.everything();
        }
        TreeSet<Integer> needed = new TreeSet<>(source.sets.known(source.disk));
        needed.addAll(target.sets.known(target.disk));
        return needed;
    }

    private void run(NavigableSet<Integer> left, int pass) {
        if (session != source.session || !session.isOpen || source.copy != this) {
            return;
        }
        Integer chunk = left.pollFirst();
        if (chunk != null) {
            send(chunk);
            source.daemon.after(2 * World.MS, () -> run(left, pass));
            return;
        }
        if (pass < PASSES && !rewritten.isEmpty()) {
            TreeSet<Integer> next = new TreeSet<>(rewritten);
            rewritten.clear();
            run(next, pass + 1);
            return;
        }
        source.mirror(session);
    }

    /// Sends a chunk as it is now.
    void send(int chunk) {
        long value = source.disk.cache[chunk];
        Replica target = session.target;
        session.toTarget(() -> {
            if (session == target.session && target.mode == Replica.Mode.TARGET) {
                target.disk.cache[chunk] = value;
                target.mark(chunk);
                target.disk.hot.add(chunk);
            }
        });
    }
}
