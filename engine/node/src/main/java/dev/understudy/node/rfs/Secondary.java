package dev.understudy.node.rfs;

import dev.understudy.core.failover.Event;
import dev.understudy.core.rfs.FrameType;
import dev.understudy.core.rfs.Frames;
import dev.understudy.core.rfs.Op;
import dev.understudy.core.rfs.OpKind;
import dev.understudy.core.rfs.OpView;
import dev.understudy.core.rfs.Sink;
import dev.understudy.node.rfs.stream.Chunks;
import dev.understudy.node.rfs.stream.Wire;
import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.node.rfs.undo.Preimages;
import dev.understudy.posix.Errno;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.net.EventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The receiving side of the data path: queue in memory, acknowledge, apply what is confirmed.
///
/// On the module's loop only. One cumulative receipt for everything that one read brought, sent
/// before anything is applied.
final class Secondary {
    private static final int WINDOW = 16384;

    private final EventLoop loop;
    private final Executor pool;
    private final List<Directory> directories;
    private final Marks marks;
    private final Outbox out;
    private final Metrics metrics;
    private final Preimages before;
    private final Chunks chunks;
    private final OpView view = new OpView();
    private @Nullable Sink sink;
    private @Nullable Wire wire;
    private long receiptSent;
    private long confirmSent;
    private boolean failed;
    private boolean broken;
    private boolean applying;

    Secondary(
            EventLoop loop,
            Executor pool,
            List<Directory> directories,
            Marks marks,
            Outbox out,
            Metrics metrics,
            Preimages before,
            Chunks chunks) {
        this.loop = loop;
        this.pool = pool;
        this.directories = directories;
        this.marks = marks;
        this.out = out;
        this.metrics = metrics;
        this.before = before;
        this.chunks = chunks;
    }

    /// Begins a stream.
    ///
    /// @param first sequence number of the first operation to come
    void begin(long first) {
        sink = new Sink(WINDOW, first);
        chunks.releaseAll();
        receiptSent = confirmSent = first - 1;
        failed = broken = false;
    }

    void attach(Wire to) {
        wire = to;
    }

    void lost() {
        wire = null;
        marks.abandonPoint();
    }

    boolean hasStream() {
        return sink != null;
    }

    long received() {
        Sink from = sink;
        return from == null ? 0 : from.received();
    }

    long confirmed() {
        Sink from = sink;
        return from == null ? 0 : from.confirmed();
    }

    long applied() {
        Sink from = sink;
        return from == null ? 0 : from.applied();
    }

    boolean hasRoom() {
        Sink to = sink;
        return to == null || to.hasRoom();
    }

    /// Takes a frame that belongs to the stream.
    ///
    /// @return false when it is not one of ours
    boolean frame(int type, ByteBuffer buffer, int at, int place) {
        Sink to = sink;
        if (to == null) {
            return false;
        }
        switch (type) {
            case FrameType.OP -> operation(to, buffer, at, place);
            case FrameType.CONFIRM -> Frames.confirmTo(buffer, at, to);
            case FrameType.CLEARED -> marks.completePoint(Frames.value(buffer, at));
            default -> {
                return false;
            }
        }
        return true;
    }

    private void operation(Sink to, ByteBuffer buffer, int at, int place) {
        view.over(buffer, at, Op.frameBytes(buffer, at));
        if (view.tree() >= directories.size()) {
            throw new dev.understudy.core.rfs.BadFrame("operation on directory " + view.tree());
        }
        switch (to.offer(view.seq(), place, view.kind() == OpKind.SYNC)) {
            case TAKEN -> {
                chunks.retain(place);
                metrics.received();
                if (view.kind() != OpKind.SYNC) {
                    marks.mark(view);
                } else if (isPoint(view)) {
                    marks.abandonPoint(); // one whose end got lost with a connection
                    marks.beginPoint(view.seq());
                }
            }
            case DUPLICATE -> {
                // Sent again after a reconnection; the first copy is in the queue.
            }
            case GAP, OVERFLOW ->
                    throw new dev.understudy.core.rfs.BadFrame(
                            "operation %d after %d".formatted(view.seq(), to.received()));
        }
    }

    private static boolean isPoint(OpView op) {
        return (op.flags() & Op.FLAG_WHOLE_TREE) != 0;
    }

    /// Acknowledges what came, then applies what may be applied.
    void endOfBatch() {
        Sink from = sink;
        if (from == null) {
            return;
        }
        acknowledge(from);
        apply();
    }

    private void acknowledge(Sink from) {
        Wire to = wire;
        if (to == null || to.isClosed()) {
            return;
        }
        if (from.received() > receiptSent || from.confirmed() > confirmSent + WINDOW / 4) {
            receiptSent = from.received();
            confirmSent = from.confirmed();
            Frames.received(to.room(24), receiptSent, confirmSent);
            to.flush();
        }
    }

    private void apply() {
        Sink from = sink;
        if (from == null || applying || broken) {
            return;
        }
        applying = true;
        try {
            int place = from.nextToApply();
            while (place >= 0) {
                one(from, place);
                from.done();
                chunks.release(place);
                place = broken ? -1 : from.nextToApply();
            }
        } finally {
            applying = false;
        }
    }

    private void one(Sink from, int place) {
        ByteBuffer buffer = chunks.buffer(place);
        int at = Chunks.offset(place);
        view.over(buffer, at, Op.frameBytes(buffer, at));
        if (view.kind() == OpKind.SYNC) {
            sync(view);
            return;
        }
        int exception = from.outcomeIndex();
        if (exception >= 0) {
            int result = from.outcomes().result(exception);
            if (result <= 0 || view.kind() != OpKind.WRITE) {
                return; // the primary did not do it: neither do we
            }
            // A short write: only what the primary wrote.
            buffer.putInt(at, Op.HEADER_BYTES + result - 4);
            view.over(buffer, at, Op.HEADER_BYTES + result);
        }
        Directory directory = directories.get(view.tree());
        before.before(view);
        int outcome = directory.applier().apply(view, false);
        int expected = view.kind() == OpKind.WRITE ? view.dataLength() : 0;
        if (outcome != expected) {
            fail(view, outcome);
        } else {
            directory.front().changed(view);
        }
    }

    /// This copy did not do what the primary did: it is out of step and says so.
    private void fail(OpView op, int outcome) {
        boolean shortWrite = outcome >= 0;
        int errno = shortWrite ? Errno.ENOSPC : -outcome;
        if (isGone(op, errno)) {
            return;
        }
        broken = true;
        if (failed) {
            return;
        }
        failed = true;
        String text = op + " failed here: " + Errno.words(errno);
        out.send(
                DurablePoint.isFull(errno)
                        ? new Event.DiskFull(out.nowNs(), text)
                        : errno == Errno.EIO
                                ? new Event.LocalDiskError(out.nowNs(), text)
                                : new Event.Suspect(out.nowNs(), text));
        Wire to = wire;
        if (to != null && !to.isClosed()) {
            Frames.outcome(to.room(24), FrameType.FAILED, op.seq(), errno);
            to.flush();
        }
    }

    /// Operations on a file without a name that this copy never had, or has no more, change nothing
    /// that could be read after a take-over.
    private static boolean isGone(OpView op, int errno) {
        if (errno != Errno.ENOENT && errno != Errno.ESTALE) {
            return false;
        }
        return switch (op.kind()) {
            case WRITE, SETATTR, SETXATTR, REMOVEXATTR, FALLOCATE, TIMES, RELEASE -> true;
            case CREATE, MKDIR, MKNOD, SYMLINK, TMPFILE, LINK, UNLINK, RMDIR, RENAME, SYNC -> false;
        };
    }

    private void sync(OpView op) {
        long seq = op.seq();
        boolean point = isPoint(op);
        boolean dataOnly = (op.flags() & Op.FLAG_DATA_ONLY) != 0;
        LowerTree tree = directories.get(op.tree()).tree();
        LowerFile file = point ? null : tree.byId(op.idHigh(), op.idLow());
        pool.execute(() -> {
            int errno = point ? syncAll() : syncOne(tree, file, dataOnly);
            loop.execute(() -> durable(seq, errno));
        });
    }

    private int syncAll() {
        IOException failure = DurablePoint.sync(directories);
        return failure == null ? 0 : DurablePoint.errno(failure);
    }

    private static int syncOne(LowerTree tree, @Nullable LowerFile file, boolean dataOnly) {
        if (file == null) {
            return 0; // removed meanwhile, on both nodes
        }
        int fd = tree.pin(file);
        if (fd < 0) {
            return fd == -Errno.ESTALE || fd == -Errno.ENOENT ? 0 : -fd;
        }
        try {
            int result = dataOnly ? Fd.fdatasync(fd) : Fd.fsync(fd);
            return result < 0 ? -result : 0;
        } finally {
            tree.unpin(file);
        }
    }

    private void durable(long seq, int errno) {
        if (errno != 0 && !failed) {
            failed = true;
            String text = "sync failed: " + Errno.words(errno);
            out.send(
                    DurablePoint.isFull(errno)
                            ? new Event.DiskFull(out.nowNs(), text)
                            : new Event.LocalDiskError(out.nowNs(), text));
        }
        Wire to = wire;
        if (to != null && !to.isClosed()) {
            Frames.outcome(to.room(24), FrameType.DURABLE, seq, errno);
            to.flush();
        }
    }

    /// Applies the whole received tail, confirmed or not (rule L2); the sets are durable already.
    void takeOver() {
        Sink from = sink;
        if (from != null) {
            from.takeOver();
            apply();
        }
    }

    /// Tells whether everything received is applied.
    boolean isDrained() {
        Sink from = sink;
        return from == null || from.isDrained();
    }

    /// Goes on as secondary after a take-over that came to nothing.
    void standBy() {
        Sink from = sink;
        if (from != null) {
            from.standBy();
        }
    }

    /// Drops what is not applied (rule L3) and ends the stream; the sets stay.
    void end() {
        Sink from = sink;
        if (from != null) {
            from.demote();
        }
        sink = null;
        wire = null;
        chunks.releaseAll();
        marks.abandonPoint();
    }
}
