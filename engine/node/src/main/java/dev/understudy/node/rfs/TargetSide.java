package dev.understudy.node.rfs;

import dev.understudy.core.failover.Event;
import dev.understudy.core.member.Generation;
import dev.understudy.core.rfs.BadFrame;
import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.FrameType;
import dev.understudy.core.rfs.Frames;
import dev.understudy.core.rfs.Hello;
import dev.understudy.node.link.Connection;
import dev.understudy.node.link.LinkException;
import dev.understudy.node.rfs.resync.Progress;
import dev.understudy.node.rfs.resync.Resynced;
import dev.understudy.node.rfs.resync.TargetJob;
import dev.understudy.node.rfs.stream.Chunks;
import dev.understudy.node.rfs.stream.Wire;
import dev.understudy.node.rfs.undo.Preimages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The standing-by node's end of the stream: answers the peer's dial, takes its resynchronisation,
/// then its operations. On the module's loop, but for [#take].
final class TargetSide {
    private static final long DECISION_SECONDS = 2;
    private static final long HELLO_NS = 2_000_000_000L;

    private enum Role {
        /// Takes nothing.
        NONE,
        /// Waits to be resynchronised, or is being so.
        JOINING,
        /// Follows as secondary.
        FOLLOWING
    }

    private final Shared shared;
    private final Secondary secondary;
    private final Preimages before;
    private final Chunks chunks;
    private @Nullable Wire wire;
    private @Nullable TargetJob job;
    private Role role = Role.NONE;
    private long floorEpoch;
    private long stream;
    private long joinId;
    private boolean fullSync;
    private boolean isReady;
    private boolean mirrored;
    private long copiedBefore;
    private long beganNs;
    private Generation theirs = Generation.NONE;
    private int attempt;

    TargetSide(Shared shared, Secondary secondary, Preimages before, Chunks chunks) {
        this.shared = shared;
        this.secondary = secondary;
        this.before = before;
        this.chunks = chunks;
    }

    /// Notes the highest epoch that this node has adopted.
    void epoch(long epoch) {
        floorEpoch = Math.max(floorEpoch, epoch);
    }

    /// Waits for the peer to resynchronise this node.
    void join(long joinId, boolean fullSync) {
        end();
        role = Role.JOINING;
        this.joinId = joinId;
        this.fullSync = fullSync;
        isReady = false;
        mirrored = false;
    }

    /// Stands by as secondary: with the stream of before, or one that the peer will begin.
    void follow() {
        role = Role.FOLLOWING;
        endJob();
        chunks.trim();
        secondary.standBy();
        if (theirs.isSome()) {
            remember(theirs);
        }
    }

    private void remember(Generation generation) {
        try {
            shared.marks().journal().generations(generation, generation);
            shared.marks().journal().paired();
        } catch (IOException e) {
            throw Marks.broken(e);
        }
    }

    /// Takes nothing more, keeps the queue for a take-over.
    void stopReceiving() {
        attempt++;
        closeWire();
    }

    /// Drops the queue and takes nothing more.
    void end() {
        attempt++;
        role = Role.NONE;
        closeWire();
        secondary.end();
        stream = 0;
        endJob();
    }

    private void endJob() {
        TargetJob old = job;
        copiedBefore += old == null ? 0 : old.bytesCopied();
        job = null;
    }

    private void closeWire() {
        Wire old = wire;
        wire = null;
        if (old != null) {
            old.close();
        }
    }

    // ---- the peer dials

    /// Takes a connection; on a set-up thread.
    void take(Connection connection, Hello hello) throws IOException {
        CompletableFuture<Hello> decision = new CompletableFuture<>();
        int[] mine = new int[1];
        shared.loop()
                .execute(() -> {
                    try {
                        decision.complete(decide(hello));
                        mine[0] = attempt;
                    } catch (LinkException e) {
                        decision.completeExceptionally(e);
                    }
                });
        try {
            Hello answer = decision.get(DECISION_SECONDS, TimeUnit.SECONDS);
            connection.sendHello(answer, HELLO_NS);
            if (!shared.loop().execute(() -> attach(mine[0], connection, hello))) {
                connection.close();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinkException refusal) {
                throw refusal;
            }
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } catch (TimeoutException e) {
            throw notReady("busy");
        }
    }

    private LinkException notReady(String why) {
        return new LinkException(
                Frames.Reason.NOT_READY, floorEpoch, shared.setup().module() + ": " + why);
    }

    private Hello decide(Hello hello) throws LinkException {
        if (!hello.node().equals(shared.setup().peer())) {
            throw new LinkException(
                    Frames.Reason.WRONG_PEER, 0, hello.node() + " is no peer of this module");
        }
        if (hello.epoch() < floorEpoch) {
            throw new LinkException(
                    Frames.Reason.HIGHER_EPOCH, floorEpoch, "epoch " + floorEpoch + " is adopted");
        }
        boolean same = stream != 0 && hello.stream() == stream;
        switch (role) {
            case NONE -> throw notReady("it waits for no stream");
            case JOINING -> {
                if (hello.join() != joinId) {
                    throw notReady("it waits for join " + joinId);
                }
                if (mirrored && !same) {
                    throw new LinkException(
                            Frames.Reason.UNKNOWN_STREAM, floorEpoch, "another stream");
                }
            }
            case FOLLOWING -> {
                if (secondary.hasStream() && !same) {
                    throw new LinkException(
                            Frames.Reason.UNKNOWN_STREAM, floorEpoch, "another stream");
                }
                if (!secondary.hasStream() && hello.join() != 0) {
                    throw notReady("it follows and needs no join");
                }
            }
        }
        boolean resumes = same && secondary.hasStream();
        ReplicaSetup setup = shared.setup();
        Generation own =
                fullSync && role == Role.JOINING
                        ? Generation.NONE
                        : shared.marks().journal().generation();
        return new Hello(
                Hello.VERSION,
                Hello.VERSION,
                Hello.Purpose.STREAM,
                setup.cluster(),
                setup.module(),
                setup.node(),
                floorEpoch,
                own.value(),
                stream,
                resumes ? secondary.received() : hello.received(),
                resumes ? secondary.confirmed() : hello.received(),
                joinId);
    }

    private void attach(int mine, Connection connection, Hello hello) {
        if (mine != attempt) {
            connection.close();
            return;
        }
        closeWire();
        boolean resumes = hello.stream() == stream && secondary.hasStream();
        theirs = new Generation(hello.generation());
        stream = hello.stream();
        try {
            Wire to = new Wire(shared.loop(), connection, chunks, new Ear());
            wire = to;
            secondary.attach(to);
            if (role == Role.JOINING && !mirrored) {
                beganNs = shared.loop().nowNs();
                boolean adopts = !shared.marks().journal().generation().isSome();
                job = new TargetJob(to, new JobHost(), shared.trees(), adopts, before);
            } else if (!resumes) {
                secondary.begin(hello.received() + 1);
                secondary.attach(to);
                remember(theirs);
            }
            shared.out().send(new Event.StreamUp(shared.out().nowNs()));
            to.begin();
        } catch (IOException e) {
            connection.close();
            lost(String.valueOf(e.getMessage()));
        }
    }

    private void lost(String reason) {
        wire = null;
        secondary.lost();
        shared.out().send(new Event.StreamLost(shared.out().nowNs(), reason));
        if (role == Role.JOINING && !mirrored && job != null) {
            failed("the stream broke: " + reason);
        }
    }

    private void report(String failure) {
        TargetJob running = job;
        if (running != null) {
            long ms = (shared.loop().nowNs() - beganNs) / 1_000_000;
            shared.setup()
                    .onResynced()
                    .accept(
                            new Resynced(
                                    false,
                                    running.comparesAll(),
                                    failure,
                                    running.bytesCopied(),
                                    0,
                                    0,
                                    ms));
        }
    }

    private void failed(String reason) {
        report(reason);
        long id = joinId;
        end();
        shared.out().send(new Event.JoinFailed(shared.out().nowNs(), id, reason));
    }

    boolean isUp() {
        return wire != null;
    }

    boolean isEncrypted() {
        Wire to = wire;
        return to != null && to.isEncrypted();
    }

    boolean isJoining() {
        return role == Role.JOINING;
    }

    boolean isFollowing() {
        return role == Role.FOLLOWING;
    }

    /// Returns bytes of data that resynchronisations copied to this node.
    long bytesCopied() {
        TargetJob running = job;
        return copiedBefore + (running == null ? 0 : running.bytesCopied());
    }

    Progress progress() {
        TargetJob running = job;
        if (running == null || role != Role.JOINING) {
            return Progress.NONE;
        }
        Progress now = running.progress();
        return isReady || mirrored ? now.in(isReady ? "finishing" : "mirroring") : now;
    }

    /// Hears the source's frames.
    private final class Ear implements Wire.Taker {
        @Override
        public void frame(int type, ByteBuffer buffer, int at, int place) {
            if (secondary.frame(type, buffer, at, place)) {
                return;
            }
            TargetJob running = job;
            if (running != null && running.frame(type, buffer, at)) {
                return;
            }
            switch (type) {
                case FrameType.EPOCH -> epoch(Frames.value(buffer, at));
                case FrameType.PING, FrameType.ERROR -> {
                    // says all that is wanted by coming, or by the end of the connection
                }
                default -> throw new BadFrame("unexpected frame of type " + type);
            }
        }

        @Override
        public boolean hasRoom() {
            return secondary.hasRoom();
        }

        @Override
        public void endOfBatch() {
            TargetJob running = job;
            if (running != null) {
                running.endOfBatch();
            }
            secondary.endOfBatch();
            Wire of = wire;
            if (of != null) {
                of.resume();
            }
        }

        @Override
        public void writable() {
            TargetJob running = job;
            if (running != null) {
                running.pump();
            }
        }

        @Override
        public void lost(String reason) {
            Wire of = wire;
            if (of != null && of.isClosed()) {
                TargetSide.this.lost(reason);
            }
        }
    }

    private final class JobHost implements TargetJob.Host {
        @Override
        public void mark(int tree, FileId id, int flags, long offset, long length) {
            shared.marks().mark(tree, id, flags, offset, length);
        }

        @Override
        public void begin(boolean compare, Runnable begun) {
            try {
                if (compare) {
                    // Until READY this copy is of no known generation.
                    shared.marks().journal().generations(Generation.NONE, Generation.NONE);
                }
                begun.run();
            } catch (IOException e) {
                throw Marks.broken(e);
            }
        }

        @Override
        public void mirror(long first) {
            mirrored = true;
            secondary.begin(first);
            secondary.attach(java.util.Objects.requireNonNull(wire));
        }

        @Override
        public void finish() {
            int mine = attempt;
            shared.sync(() -> {
                if (mine == attempt) {
                    ready();
                }
            });
        }

        private void ready() {
            try {
                before.clear(); // nothing goes back from here
            } catch (IOException e) {
                failed(e);
                return;
            }
            remember(theirs);
            isReady = true;
            report("");
            for (Directory directory : shared.directories()) {
                directory.front().changedAll();
            }
            shared.out().send(new Event.TargetReady(shared.out().nowNs(), joinId));
            Wire to = wire;
            if (to != null) {
                Frames.plain(to.room(Frames.BASE_BYTES), FrameType.READY, 0, joinId);
                to.flush();
            }
        }

        @Override
        public BlockSet ownSets() {
            // A journal that a power cut made worthless is no reason to compare everything: the
            // source's sets hold all that both had in common memory, else it compares by itself.
            // What changed here while nothing was mounted only this node knows.
            BlockSet own = shared.marks().tracker().all();
            own.addAll(shared.marks().uncertain());
            return own.isEverything() ? shared.marks().walked() : own;
        }

        @Override
        public void failed(IOException cause) {
            if (DurablePoint.isFull(DurablePoint.errno(cause))) {
                shared.out()
                        .send(
                                new Event.DiskFull(
                                        shared.out().nowNs(), String.valueOf(cause.getMessage())));
            } else {
                shared.diskFailed(cause);
            }
            TargetSide.this.failed(String.valueOf(cause.getMessage()));
        }
    }
}
