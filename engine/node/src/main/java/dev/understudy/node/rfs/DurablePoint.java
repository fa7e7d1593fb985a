package dev.understudy.node.rfs;

import dev.understudy.core.failover.Event;
import dev.understudy.core.rfs.FrameType;
import dev.understudy.core.rfs.Frames;
import dev.understudy.core.rfs.Op;
import dev.understudy.node.rfs.stream.Wire;
import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.net.EventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The recurring point at which everything is durable on both nodes; what may differ leaves the
/// sets only here. At most one is under way. On the primary's loop.
final class DurablePoint {
    private static final long SOON_NS = 20_000_000L;

    private final EventLoop loop;
    private final Executor pool;
    private final List<Directory> directories;
    private final Marks marks;
    private final Outbox out;
    private final Metrics metrics;
    private final long everyNs;
    private final EventLoop.Timer timer;
    private final ByteBuffer frame =
            ByteBuffer.allocateDirect(Op.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private @Nullable Primary primary;
    private @Nullable Wire wire;
    private @Nullable Runnable barrier;
    private long seq = -1;
    private boolean isLocalStarted;
    private boolean isLocalDone;
    private boolean isRemoteDone;
    private boolean isForBarrier;
    private boolean owed;
    private int attempt;

    DurablePoint(
            EventLoop loop,
            Executor pool,
            List<Directory> directories,
            Marks marks,
            Outbox out,
            Metrics metrics,
            long everyNs) {
        this.loop = loop;
        this.pool = pool;
        this.directories = directories;
        this.marks = marks;
        this.out = out;
        this.metrics = metrics;
        this.everyNs = everyNs;
        timer = loop.timer(this::tick);
    }

    /// Begins to make points for a primary that has a peer. The first one comes at once and in any
    /// case: both sides have just made the copy durable, so it costs little and takes all that was
    /// copied out of the sets; and the peer may have marks that this node has none for.
    void start(Primary of, @Nullable Wire to) {
        primary = of;
        wire = to;
        owed = true;
        timer.armNs(nextNs());
    }

    private long nextNs() {
        return barrier != null || owed ? Math.min(everyNs, SOON_NS) : everyNs;
    }

    /// Runs `done` once everything announced so far is applied and durable on both nodes.
    void barrier(Runnable done) {
        barrier = done;
        tick();
    }

    /// Makes everything applied so far durable on both nodes as soon as no other point is under
    /// way.
    void commit() {
        begin();
    }

    void stop() {
        timer.disarm();
        barrier = null;
        abandon();
        wire = null;
    }

    private void tick() {
        if (primary == null || wire == null) {
            return;
        }
        if (barrier != null || owed || marks.tracker().hasCurrent()) {
            begin();
        }
        timer.armNs(nextNs());
    }

    private void begin() {
        Primary of = primary;
        if (of == null || wire == null || seq >= 0) {
            return;
        }
        if (!of.isPaired() || !of.hasWire() || !of.isOpen()) {
            return;
        }
        boolean drained = of.source().applied() == of.source().announced();
        if (barrier != null && !drained) {
            return;
        }
        long next = of.announcePoint(frame);
        if (next < 0) {
            return;
        }
        if (!marks.beginPoint(next)) {
            throw new IllegalStateException("two durable points at once");
        }
        seq = next;
        owed = false;
        isForBarrier = barrier != null;
        isLocalStarted = isLocalDone = isRemoteDone = false;
        of.pump();
    }

    /// The primary has applied everything up to a number.
    void advanced(long applied) {
        if (seq < 0 || isLocalStarted || applied < seq) {
            return;
        }
        isLocalStarted = true;
        int mine = attempt;
        pool.execute(() -> {
            IOException failure = sync(directories);
            loop.execute(() -> localDone(mine, failure));
        });
    }

    /// Makes all directories durable; blocks.
    static @Nullable IOException sync(List<Directory> directories) {
        for (Directory directory : directories) {
            try {
                directory.tree().sync();
            } catch (IOException e) {
                return e;
            }
        }
        return null;
    }

    /// Gives the errno of a failure, EIO when it has none.
    static int errno(IOException failure) {
        return failure instanceof ErrnoException known ? known.errno() : Errno.EIO;
    }

    /// Tells whether an error says that the disk has no room, for now.
    static boolean isFull(int errno) {
        return errno == Errno.ENOSPC || errno == Errno.EDQUOT;
    }

    private void localDone(int of, @Nullable IOException failure) {
        if (failure != null) {
            out.send(new Event.LocalDiskError(out.nowNs(), String.valueOf(failure.getMessage())));
            return;
        }
        if (of == attempt && seq >= 0) {
            isLocalDone = true;
            finish();
        }
    }

    /// Takes the secondary's answer, if it is to the point under way.
    boolean isDurableThere(long at) {
        if (at != seq) {
            return false;
        }
        isRemoteDone = true;
        finish();
        return true;
    }

    private void finish() {
        if (!isLocalDone || !isRemoteDone) {
            return;
        }
        marks.completePoint(seq);
        metrics.pointDone();
        Wire to = wire;
        if (to != null && !to.isClosed()) {
            Frames.plain(to.room(Frames.BASE_BYTES), FrameType.CLEARED, 0, seq);
            to.flush();
        }
        Primary of = primary;
        if (of != null) {
            of.pointDone(seq);
        }
        seq = -1;
        Runnable waiting = barrier;
        if (isForBarrier && waiting != null) {
            barrier = null;
            waiting.run();
        }
    }

    /// Gives the point under way up; what it would have cleared stays.
    void abandon() {
        attempt++;
        if (seq >= 0) {
            owed = true;
            seq = -1;
            marks.abandonPoint();
        }
    }
}
