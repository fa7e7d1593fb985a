package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Event;
import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.JoinPlan;
import dev.understudy.core.rfs.OpView;
import dev.understudy.core.rfs.OpWriter;
import dev.understudy.core.rfs.Reading;
import dev.understudy.core.rfs.Source;
import dev.understudy.core.rfs.Tracker;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// One resynchronisation as its source carries it out: the shipping plan, with a chunk for each
/// file.
final class Copying {
    private static final int BLOCK = 1 << Tracker.BLOCK_SHIFT;
    private static final int READINGS_MAX = 2;
    private static final long IDLE_NS = 4 * World.MS;

    private final Replica source;
    private final Session in;
    private final long joinId;
    private final JoinPlan plan = new JoinPlan(List.of());
    private final ByteBuffer frame = ByteBuffer.allocate(2 * BLOCK).order(ByteOrder.LITTLE_ENDIAN);
    private int underWay;

    Copying(Replica source, Session in, long joinId, Set<Integer> needed) {
        this.source = source;
        this.in = in;
        this.joinId = joinId;
        BlockSet dirty = new BlockSet(Tracker.BLOCK_SHIFT);
        for (int chunk : needed) {
            dirty.addRange(0, Sets.file(chunk).high(), Sets.file(chunk).low(), 0, BLOCK);
        }
        BlockSet none = new BlockSet(Tracker.BLOCK_SHIFT);
        plan.begin(false, dirty, none, source.world.now);
        plan.targetBegun();
        source.daemon.after(World.MS, this::step);
    }

    private boolean isOver() {
        return source.copying != this || !in.isOpen || source.session != in;
    }

    /// An operation was applied at the source.
    void applied(int chunk) {
        FileId id = Sets.file(chunk);
        int bytes = OpWriter.writeHeader(frame, 0, 0, id.high(), id.low(), 0, BLOCK);
        plan.applied(new OpView().over(frame, 0, bytes));
    }

    private void step() {
        if (isOver() || plan.isComplete()) {
            return;
        }
        JoinPlan.Work work = plan.readings() < READINGS_MAX ? plan.next() : null;
        if (work instanceof JoinPlan.Work.Copy copy) {
            read(Sets.chunk(copy.id()), copy);
        }
        boolean acted = turn() || work != null;
        source.daemon.after(acted ? World.MS : IDLE_NS, this::step);
    }

    /// Reads now and sends a moment later, unless an operation came in between.
    private void read(int chunk, JoinPlan.Work.Copy copy) {
        Reading reading = plan.read(0, copy.id(), 0, BLOCK);
        long value = source.disk.cache[chunk];
        source.daemon.after(
                2 * World.MS,
                () -> {
                    plan.readEnded(reading);
                    if (isOver()) {
                        return;
                    }
                    boolean stale = source.world.variant == Variant.COPY_STALE;
                    if (reading.isSpoiled() && !stale) {
                        plan.copyAgain(0, copy.id(), 0, BLOCK);
                    } else {
                        send(chunk, value);
                    }
                });
    }

    private void send(int chunk, long value) {
        underWay++;
        in.toTarget(() -> {
            in.target.copied(in, chunk, value);
            in.toSource(() -> underWay--);
        });
    }

    /// False if there was nothing to carry out.
    private boolean turn() {
        switch (plan.turn(source.world.now, underWay == 0, true)) {
            case HOLD -> source.hold(true);
            case MIRROR -> {
                Source stream = Objects.requireNonNull(source.source);
                long first = source.mirror(stream);
                Set<Integer> set = source.tracked();
                in.toTarget(() -> in.target.mirrored(in, first, set));
                source.hold(false);
            }
            case FINISH -> finish();
            case NOTHING, SETTLE -> {
                return false;
            }
            case FAIL -> throw new Violation("I7", "the plan gave up");
        }
        return true;
    }

    private void finish() {
        in.toTarget(this::finishThere);
        source.daemon.after(
                source.daemon.diskNs(),
                () -> {
                    source.disk.sync();
                    plan.synced();
                    complete();
                });
    }

    private void finishThere() {
        Replica target = in.target;
        long id = target.joinId;
        target.daemon.after(
                target.daemon.diskNs(),
                () -> {
                    if (in == target.session && target.mode == Replica.Mode.TARGET) {
                        target.ready(in, id);
                        in.toSource(() -> {
                            plan.targetReady();
                            complete();
                        });
                    }
                });
    }

    private void complete() {
        if (!isOver() && plan.isComplete()) {
            source.disk.isIntact = true;
            source.daemon.offer(now -> new Event.CaughtUp(now, joinId));
        }
    }
}
