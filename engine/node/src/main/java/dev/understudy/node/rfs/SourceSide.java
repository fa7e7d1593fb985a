package dev.understudy.node.rfs;

import dev.understudy.core.failover.Event;
import dev.understudy.core.member.Generation;
import dev.understudy.core.rfs.BadFrame;
import dev.understudy.core.rfs.FrameType;
import dev.understudy.core.rfs.Frames;
import dev.understudy.core.rfs.Hello;
import dev.understudy.core.rfs.OpView;
import dev.understudy.node.link.LinkException;
import dev.understudy.node.link.Links;
import dev.understudy.node.rfs.resync.Progress;
import dev.understudy.node.rfs.resync.Resynced;
import dev.understudy.node.rfs.resync.SourceJob;
import dev.understudy.node.rfs.stream.Chunks;
import dev.understudy.node.rfs.stream.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/// The serving node's end of the stream: dials the peer, resynchronises it, feeds it, and dials
/// again when the connection breaks. On the module's loop.
final class SourceSide implements Dialer.Listener {
    private static final long CHUNK_BYTES = 2L * Chunks.CHUNK_BYTES;

    private final Shared shared;
    private final Primary primary;
    private final DurablePoint point;
    private final ExecutorService worker;
    private final Dialer dialer;
    private final SecureRandom random = new SecureRandom();
    private @Nullable Wire wire;
    private @Nullable SourceJob job;
    private long copiedBefore;
    private boolean wanted;
    private long stream;
    private long joinId;
    private long epoch;

    SourceSide(Shared shared, Primary primary, DurablePoint point, ExecutorService worker) {
        this.shared = shared;
        this.primary = primary;
        this.point = point;
        this.worker = worker;
        ReplicaSetup setup = shared.setup();
        dialer =
                new Dialer(
                        setup.module(),
                        shared.loop(),
                        setup.links(),
                        setup.peer(),
                        setup.ways(),
                        this);
    }

    /// Resynchronises the peer, which then becomes a secondary.
    void join(long joinId, long epoch) {
        drop();
        this.joinId = joinId;
        this.epoch = epoch;
        stream = newStream();
        dial(joinId);
    }

    private long newStream() {
        long id;
        do {
            id = random.nextLong();
        } while (id == 0);
        return id;
    }

    /// Goes on with a secondary: the joiner of before, the one of before, or one that is equal.
    void pair(long epoch) {
        this.epoch = epoch;
        Wire to = wire;
        if (primary.isMirroring() || primary.isPaired()) {
            if (to != null) {
                Frames.plain(to.room(Frames.BASE_BYTES), FrameType.EPOCH, 0, epoch);
                to.flush();
            }
        } else {
            stream = newStream();
            joinId = 0;
            primary.expectPeer();
            dial(0);
        }
        joinId = 0;
        SourceJob done = job;
        if (done != null) {
            done.rest();
        }
        primary.servePaired();
        point.start(primary, to);
    }

    /// Lets the peer go: nothing waits for its receipt any more.
    void drop() {
        dialer.stop();
        wanted = false;
        endJob();
        point.stop();
        Wire old = wire;
        wire = null;
        if (old != null) {
            old.close();
        }
        primary.unpair();
    }

    private void endJob() {
        SourceJob old = job;
        job = null;
        primary.observe(null);
        if (old != null) {
            copiedBefore += old.progress().bytesCopied();
            old.cancel();
        }
    }

    private void dial(long join) {
        wanted = true;
        ReplicaSetup setup = shared.setup();
        dialer.dial(
                new Hello(
                        Hello.VERSION,
                        Hello.VERSION,
                        Hello.Purpose.STREAM,
                        setup.cluster(),
                        setup.module(),
                        setup.node(),
                        epoch,
                        shared.marks().journal().generation().value(),
                        stream,
                        primary.source().received(),
                        0,
                        join));
    }

    @Override
    public void refused(int attempt, LinkException reason) {
        wanted = false;
        if (reason.reason() == Frames.Reason.HIGHER_EPOCH) {
            shared.out().send(new Event.RefusedByHigherEpoch(shared.out().nowNs(), reason.epoch()));
        } else if (joinId != 0) {
            failed(String.valueOf(reason.getMessage()));
        } else {
            shared.out().send(new Event.AckTimeout(shared.out().nowNs()));
        }
    }

    @Override
    public void connected(int attempt, Links.Dialed dialed) {
        if (!wanted) {
            dialed.connection().close();
            return;
        }
        try {
            Chunks chunks = new Chunks(CHUNK_BYTES);
            Wire to = new Wire(shared.loop(), dialed.connection(), chunks, new Ear());
            wire = to;
            start(to, dialed.hello());
            to.begin();
        } catch (IOException e) {
            dialed.connection().close();
            dial(joinId);
        }
    }

    private void start(Wire to, Hello answer) {
        shared.out().send(new Event.StreamUp(shared.out().nowNs()));
        boolean paired = primary.isPaired() || primary.isMirroring();
        if (paired) {
            if (!primary.resume(to, answer.received(), answer.confirmed())) {
                shared.out().send(new Event.AckTimeout(shared.out().nowNs()));
                return;
            }
            if (primary.isPaired()) {
                Frames.plain(to.room(Frames.BASE_BYTES), FrameType.EPOCH, 0, epoch);
                to.flush();
                point.start(primary, to);
            }
            return;
        }
        begin(to, answer);
    }

    private void begin(Wire to, Hello answer) {
        Marks marks = shared.marks();
        Generation theirs = new Generation(answer.generation());
        boolean known =
                theirs.isSome()
                        && (theirs.equals(marks.journal().base())
                                || theirs.equals(marks.journal().generation()));
        SourceJob begun =
                new SourceJob(
                        shared.loop(),
                        worker,
                        shared.trees(),
                        to,
                        new JobHost(),
                        joinId,
                        shared.setup().tuning().resyncBytesPerSecond());
        job = begun;
        primary.observe(
                new Primary.Observer() {
                    @Override
                    public void applied(OpView op) {
                        begun.applied(op);
                    }

                    @Override
                    public void failed(OpView op) {
                        begun.failedHere(op);
                    }
                });
        begun.begin(!known, marks.tracker().all(), marks.uncertain());
    }

    private void report(String failure) {
        SourceJob running = job;
        if (running != null) {
            Progress end = running.progress();
            shared.setup()
                    .onResynced()
                    .accept(
                            new Resynced(
                                    true,
                                    running.isDeep(),
                                    failure,
                                    end.bytesCopied(),
                                    end.bytesCompared(),
                                    end.filesDone(),
                                    running.ms()));
        }
    }

    private void failed(String reason) {
        report(reason);
        long id = joinId;
        endJob();
        Wire old = wire;
        wire = null;
        wanted = false;
        dialer.stop();
        if (old != null) {
            old.close();
        }
        if (!primary.isMirroring()) {
            primary.unpair();
        }
        shared.out().send(new Event.JoinFailed(shared.out().nowNs(), id, reason));
    }

    private void lost(Wire of, String reason) {
        if (of != wire) {
            return;
        }
        wire = null;
        primary.lost();
        dialer.nextWay();
        shared.out().send(new Event.StreamLost(shared.out().nowNs(), reason));
        SourceJob running = job;
        if (running != null && !primary.isPaired()) {
            failed("the stream broke: " + reason);
        } else if (wanted) {
            dial(joinId);
        }
    }

    boolean isUp() {
        return wire != null;
    }

    boolean isEncrypted() {
        Wire to = wire;
        return to != null && to.isEncrypted();
    }

    Progress progress() {
        SourceJob running = job;
        return running == null ? Progress.NONE : running.progress();
    }

    /// Returns bytes of data that resynchronisations took from this node.
    long bytesCopied() {
        SourceJob running = job;
        return copiedBefore + (running == null ? 0 : running.progress().bytesCopied());
    }

    /// Hears the target's frames.
    private final class Ear implements Wire.Taker {
        @Override
        public void frame(int type, ByteBuffer buffer, int at, int place) {
            if (primary.frame(type, buffer, at)) {
                return;
            }
            SourceJob running = job;
            if (running != null && running.frame(type, buffer, at)) {
                return;
            }
            if (type == FrameType.ERROR) {
                heardError(buffer, at);
            } else if (type != FrameType.PING && type < FrameType.BEGIN) {
                throw new BadFrame("unexpected frame of type " + type);
            }
        }

        private void heardError(ByteBuffer buffer, int at) {
            if (Frames.reason(buffer, at) == Frames.Reason.HIGHER_EPOCH) {
                long epoch = Frames.value(buffer, at);
                shared.out().send(new Event.RefusedByHigherEpoch(shared.out().nowNs(), epoch));
            }
        }

        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void endOfBatch() {
            primary.pump();
            pumpJob();
        }

        @Override
        public void writable() {
            primary.pump();
            pumpJob();
        }

        private void pumpJob() {
            SourceJob running = job;
            if (running != null) {
                running.pump();
            }
        }

        @Override
        public void lost(String reason) {
            Wire of = wire;
            if (of != null && of.isClosed()) {
                SourceSide.this.lost(of, reason);
            }
        }
    }

    private final class JobHost implements SourceJob.Host {
        @Override
        public void hold(boolean hold) {
            primary.hold(hold);
        }

        @Override
        public boolean isQuiet() {
            return primary.isQuiet();
        }

        @Override
        public long mirror() {
            Wire to = wire;
            if (to == null) {
                throw new IllegalStateException("mirroring without a wire");
            }
            return primary.mirror(to);
        }

        @Override
        public long applied() {
            return primary.source().applied();
        }

        @Override
        public void sync(Runnable done) {
            shared.sync(done);
        }

        @Override
        public void caughtUp() {
            report("");
            shared.out().send(new Event.CaughtUp(shared.out().nowNs(), joinId));
        }

        @Override
        public void failed(String reason) {
            SourceSide.this.failed(reason);
        }
    }
}
