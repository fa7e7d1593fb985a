package dev.understudy.node.rfs;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.member.Generation;
import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.Tracker;
import dev.understudy.node.rfs.front.Gate;
import dev.understudy.node.rfs.front.MutationSink;
import dev.understudy.node.rfs.meta.DirtyJournal;
import dev.understudy.node.rfs.resync.Progress;
import dev.understudy.node.rfs.stream.Chunks;
import dev.understudy.node.rfs.undo.Preimages;
import dev.understudy.posix.net.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The data path of one module on one node: the failover machine's commands in, its events out.
///
/// [#carryOut] takes each [Effect.Data] from any thread, in order, and answers by [Event.Data] on
/// the module's loop. One loop serves all mounts of the module and its one stream.
public final class Replica implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final int POOL_THREADS = 4;
    private static final long MOUNTED_NOTE_NS = 20_000_000_000L;

    private final ReplicaSetup setup;
    private final EventLoop loop;
    private final ExecutorService pool;
    private final ExecutorService worker;
    private final DirtyJournal journal;
    private final Marks marks;
    private final Outbox out;
    private final Metrics metrics = new Metrics();
    private final Chunks chunks;
    private final Primary primary;
    private final Secondary secondary;
    private final DurablePoint point;
    private final SourceSide sourceSide;
    private final TargetSide targetSide;
    private final Shared shared;
    private final MountSet mounts;
    private final Keeper keeper;
    private final Preimages before;
    private final Restorer restorer;
    private final EventLoop.Timer mountedTimer;

    /// Makes a replica; nothing is mounted and nobody is dialed before the first command.
    ///
    /// @param loop the module's loop, running; the replica does not close it
    /// @param listener gets the events on the loop; must not block
    /// @param directories makes the module's directories, in the order of the configuration, given
    ///   the sink that their mounts submit to
    /// @throws IOException if the metadata cannot be read or written
    public Replica(
            ReplicaSetup setup,
            EventLoop loop,
            Consumer<Event.Data> listener,
            Function<MutationSink, List<Directory>> directories)
            throws IOException {
        this.setup = setup;
        this.loop = loop;
        out = new Outbox(setup.ticker(), listener);
        journal = DirtyJournal.open(setup.folder(), setup.bootId());
        pool = threads("disk-" + setup.module(), POOL_THREADS);
        worker = threads("resync-" + setup.module(), 1);
        chunks = new Chunks(setup.tuning().queueBytes());
        Knot knot = new Knot();
        marks = new Marks(journal, pool, loop::execute, knot::pump);
        List<Directory> made = List.copyOf(directories.apply(knot));
        shared = new Shared(setup, loop, pool, made, marks, out, metrics);
        mounts = new MountSet(shared);
        keeper = new Keeper(shared, worker);
        point = new DurablePoint(loop, pool, made, marks, out, metrics, setup.tuning().pointNs());
        DiskAnswers answers = new DiskAnswers(shared);
        primary = new Primary(loop, marks, out, setup.tuning(), metrics, point, answers);
        knot.tied = primary;
        before =
                new Preimages(
                        shared.trees(), setup.bootId(), Preimages.BYTES_MAX, this::notRestorable);
        restorer = new Restorer(shared, worker, before);
        secondary = new Secondary(loop, pool, made, marks, out, metrics, before, chunks);
        sourceSide = new SourceSide(shared, primary, point, worker);
        targetSide = new TargetSide(shared, secondary, before, chunks);
        mountedTimer = loop.timer(this::noteMounted);
        loop.execute(this::noteMounted);
        setup.links().onStream(setup.module(), targetSide::take);
    }

    private void notRestorable(String why) {
        out.send(new Event.Restorable(out.nowNs(), false, why));
    }

    /// Ties the mounts to a primary that is made after them.
    private static final class Knot implements MutationSink {
        private @Nullable Primary tied;

        private Primary primary() {
            return Objects.requireNonNull(tied);
        }

        void pump() {
            primary().pump();
        }

        @Override
        public void submit(
                dev.understudy.node.rfs.front.MutationSource source,
                int token,
                dev.understudy.core.rfs.OpKind kind,
                java.nio.ByteBuffer frame,
                int at,
                int length) {
            primary().submit(source, token, kind, frame, at, length);
        }

        @Override
        public void beginBatch() {
            primary().beginBatch();
        }

        @Override
        public void endBatch() {
            primary().endBatch();
        }

        @Override
        public boolean applied(
                dev.understudy.node.rfs.front.MutationSource source,
                int token,
                dev.understudy.core.rfs.OpKind kind,
                int outcome) {
            return primary().applied(source, token, kind, outcome);
        }

        @Override
        public boolean isDurable(long idHigh, long idLow) {
            return primary().isDurable(idHigh, idLow);
        }
    }

    private static ExecutorService threads(String name, int count) {
        ThreadPoolExecutor made =
                new ThreadPoolExecutor(
                        count,
                        count,
                        10,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform().name(name + "-", 0).daemon().factory());
        made.allowCoreThreadTimeOut(true); // many modules at rest need none
        return made;
    }

    /// Tells what the metadata were worth when they were opened.
    public DirtyJournal.Worth worth() {
        return journal.worth();
    }

    /// Carries out a command; from any thread, in the order of the calls.
    ///
    /// After a [Effect.Serve] a program may be started at once: what it writes waits for the gate,
    /// even if this loop reads the program's request before it comes to the command.
    public void carryOut(Effect.Data command) {
        boolean opens = command instanceof Effect.Serve;
        if (opens) {
            mounts.announce(true);
        }
        loop.execute(() -> {
            try {
                handle(command);
            } catch (RuntimeException e) {
                fault(e);
            } finally {
                if (opens) {
                    mounts.announce(false);
                }
            }
        });
    }

    /// Reports a fault of the data path itself; for the loop's fault handler too.
    public void fault(Throwable fault) {
        LOG.error("data path of {} failed", setup.module(), fault);
        primary.close();
        out.send(new Event.Fault(out.nowNs(), String.valueOf(fault)));
    }

    /// Lets operations be applied and answered until a moment on the node's clock; any thread.
    public void lease(long untilNs) {
        primary.lease(untilNs);
    }

    private void handle(Effect.Data command) {
        switch (command) {
            case Effect.MountReadOnly _ -> mountReadOnly();
            case Effect.Serve serve -> serve(serve);
            case Effect.UseGeneration(Generation generation) -> useGeneration(generation);
            case Effect.CloseGate _ -> closeGate();
            case Effect.Seal _ -> seal();
            case Effect.TakeOver _ -> takeOver();
            case Effect.Demote _ -> {
                targetSide.end();
                mounts.gate(Gate.READ_ONLY);
            }
            case Effect.Follow(long epoch) -> follow(epoch);
            case Effect.JoinAsSource(_, long joinId, long epoch) -> {
                targetSide.epoch(epoch);
                sourceSide.join(joinId, epoch);
            }
            case Effect.DropJoiner _ -> {
                sourceSide.drop();
                primary.pump();
            }
            case Effect.JoinAsTarget join -> joinAsTarget(join);
            case Effect.SetBack _ -> {
                leaveService();
                targetSide.end();
                restorer.setBack();
            }
            case Effect.KeepOwn _ -> keeper.keep();
            case Effect.Barrier _ -> barrier();
            case Effect.Abort _ -> abort();
        }
    }

    private void joinAsTarget(Effect.JoinAsTarget join) {
        leaveService();
        if (restorer.isRunning()) {
            String why = "the copy here is being set back";
            out.send(new Event.JoinFailed(out.nowNs(), join.joinId(), why));
            return;
        }
        restorer.overwrites(join.isConsistent());
        targetSide.epoch(join.epoch());
        targetSide.join(join.joinId(), join.fullSync());
    }

    // ---- mounts

    private void mountReadOnly() {
        leaveService();
        mounts.mount();
        restorer.mounted();
    }

    private void noteMounted() {
        mountedTimer.armNs(MOUNTED_NOTE_NS);
        mounts.note();
        keeper.tick();
    }

    private void abort() {
        leaveService();
        mounts.renew(primary::reset);
    }

    private void leaveService() {
        primary.close();
        mounts.gate(Gate.READ_ONLY);
        sourceSide.drop();
        primary.refuseAll();
    }

    // ---- roles

    private void serve(Effect.Serve serve) {
        targetSide.end();
        keeper.makeVoid();
        restorer.served();
        targetSide.epoch(serve.epoch());
        try {
            if (serve.withPeer()) {
                journal.generations(serve.generation(), serve.generation());
                journal.paired();
            } else {
                journal.generations(serve.generation(), journal.base());
            }
        } catch (IOException e) {
            throw Marks.broken(e);
        }
        if (serve.withPeer()) {
            sourceSide.pair(serve.epoch());
        } else {
            sourceSide.drop();
            primary.serveAlone(serve.mints());
        }
        mounts.gate(Gate.OPEN);
    }

    private void useGeneration(Generation generation) {
        try {
            journal.generations(generation, journal.base());
        } catch (IOException e) {
            throw Marks.broken(e);
        }
        primary.useGeneration();
    }

    private void closeGate() {
        primary.close();
        mounts.gate(Gate.CLOSED);
    }

    private void seal() {
        closeGate();
        point.abandon();
        writeSeal(() -> out.send(new Event.Sealed(out.nowNs())));
    }

    private void takeOver() {
        targetSide.stopReceiving();
        writeSeal(() -> {
            secondary.takeOver();
            // From here on a write waits for the gate instead of meeting EROFS: the application may
            // be started before this loop has opened it.
            mounts.gate(Gate.CLOSED);
            out.send(new Event.TailApplied(out.nowNs()));
        });
    }

    /// Makes the sets durable and marks them complete, then goes on on the loop.
    private void writeSeal(Runnable then) {
        try {
            journal.write();
        } catch (IOException e) {
            throw Marks.broken(e);
        }
        pool.execute(() -> {
            IOException failure = null;
            try {
                journal.seal();
            } catch (IOException e) {
                failure = e;
            }
            IOException result = failure;
            loop.execute(() -> {
                if (result != null) {
                    fault(Marks.broken(result));
                } else {
                    then.run();
                }
            });
        });
    }

    private void follow(long epoch) {
        leaveService();
        restorer.follows();
        targetSide.epoch(epoch);
        targetSide.follow();
        mounts.gate(Gate.READ_ONLY);
    }

    private void barrier() {
        if (primary.isPaired()) {
            primary.drain();
            point.barrier(() -> out.send(new Event.BarrierDone(out.nowNs())));
        } else {
            shared.sync(() -> out.send(new Event.BarrierDone(out.nowNs())));
        }
    }

    // ---- what others may ask

    /// Gives the numbers as they stand now; asked of the loop.
    public CompletableFuture<ReplicaStatus> status() {
        CompletableFuture<ReplicaStatus> answer = new CompletableFuture<>();
        if (!loop.execute(() -> answer.complete(statusNow()))) {
            answer.completeExceptionally(new IllegalStateException("the module is closed"));
        }
        return answer;
    }

    /// Like [#status]; on the loop.
    public ReplicaStatus statusNow() {
        boolean target = targetSide.isJoining() || targetSide.isFollowing();
        String mode =
                primary.isPaired()
                        ? "primary"
                        : primary.isMirroring()
                                ? "mirroring"
                                : primary.isOpen()
                                        ? "alone"
                                        : targetSide.isFollowing()
                                                ? "secondary"
                                                : targetSide.isJoining() ? "target" : "idle";
        Progress progress = target ? targetSide.progress() : sourceSide.progress();
        Tracker tracker = marks.tracker();
        BlockSet uncertain = marks.uncertain();
        return new ReplicaStatus(
                mode,
                target ? targetSide.isUp() : sourceSide.isUp(),
                target ? targetSide.isEncrypted() : sourceSide.isEncrypted(),
                journal.generation(),
                target ? secondary.received() : primary.source().announced(),
                target ? secondary.received() : primary.source().received(),
                target ? secondary.applied() : primary.source().applied(),
                chunks.usedBytes(),
                tracker.files() + (long) uncertain.files(),
                tracker.blockBytes() + uncertain.blockBytes(),
                uncertain.isEverything() || tracker.current().isEverything(),
                metrics.announced(),
                metrics.bytes(),
                metrics.points(),
                metrics.writeNs().getValueAtPercentile(50) / 1000,
                metrics.writeNs().getValueAtPercentile(99) / 1000,
                metrics.syncNs().getValueAtPercentile(50) / 1000,
                progress);
    }

    /// Gives the bytes of data that resynchronisations brought to this node or took from it.
    public long resyncBytes() {
        return targetSide.bytesCopied() + sourceSide.bytesCopied();
    }

    /// Gives the counts; read them on the loop.
    public Metrics metrics() {
        return metrics;
    }

    /// Stops everything and takes the mounts away; not on the loop.
    @Override
    public void close() {
        setup.links().onStream(setup.module(), null);
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        boolean posted =
                loop.execute(() -> {
                    try {
                        leaveService();
                        targetSide.end();
                        keeper.makeVoid();
                        mounts.gate(Gate.CLOSED);
                    } finally {
                        stopped.complete(null);
                    }
                });
        if (posted) {
            stopped.orTimeout(5, TimeUnit.SECONDS).exceptionally(_ -> null).join();
        }
        mounts.close();
        pool.shutdown();
        worker.shutdown();
        before.close();
        try {
            journal.close();
        } catch (IOException e) {
            LOG.warn("closing the metadata of {}: {}", setup.module(), e.getMessage());
        }
    }
}
