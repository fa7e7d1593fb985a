package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Lineage;
import dev.understudy.core.member.Generation;
import dev.understudy.core.rfs.Sink;
import dev.understudy.core.rfs.Source;
import dev.understudy.core.rfs.Tracker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// The data path of one daemon: the shipping stream positions and sets, with contents of one number
/// each instead of files.
final class Replica {
    private static final int WINDOW = 64;

    /// What the replica is there for now.
    enum Mode {
        IDLE,
        SERVE,
        SEALED,
        FOLLOW,
        TARGET
    }

    /// An operation: chunk gets value.
    record Write(long seq, int chunk, long value, @Nullable Runnable done) {}

    final Daemon daemon;
    final World world;
    final Disk disk;
    final Sets sets = new Sets();
    final Tracker tracker = sets.tracker;
    Mode mode = Mode.IDLE;
    @Nullable Source source;
    @Nullable Sink sink;
    @Nullable Session session;
    long epoch;
    boolean isAlone;
    boolean mints;
    boolean isMinting;
    boolean isStalled;
    final Map<Long, Write> written = new HashMap<>();
    final Map<Long, Write> received = new HashMap<>();

    private final List<Write> blocked = new ArrayList<>();
    private long gateUntilNs;
    private boolean isGateOpen;
    private long nextSeq = 1;
    long joinId;
    private long joinEpoch;
    private boolean isSourceJoin;
    private boolean isMirroring;
    private boolean isReady;
    @Nullable Copying copying;
    private boolean isHeld;
    private Set<Integer> takenOver = Set.of();
    private boolean barrierWanted;
    private long lastReceiptNs;

    Replica(Daemon daemon) {
        this.daemon = daemon;
        this.world = daemon.machine.world;
        this.disk = daemon.machine.disk;
        for (int chunk : disk.mayDiffer()) {
            mark(chunk);
        }
        world.in(100 * World.MS, this::every100Ms);
    }

    int index() {
        return daemon.machine.index;
    }

    Replica other() {
        Daemon peer = daemon.machine.other().daemon;
        return peer == null ? this : peer.replica;
    }

    void tell(LongFunction<Event> event) {
        daemon.offer(event);
    }

    void die() {
        Session open = session;
        if (open != null) {
            open.close("process died");
        }
    }

    void mark(int chunk) {
        sets.mark(chunk);
    }

    boolean mayDiffer(int chunk) {
        return sets.mayDiffer(chunk);
    }

    TreeSet<Integer> tracked() {
        return sets.tracked();
    }

    // ---- commands

    void command(Effect.Data command) {
        switch (command) {
            case Effect.MountReadOnly _ -> mountReadOnly();
            case Effect.Serve serve -> serve(serve);
            case Effect.UseGeneration _ -> {
                mints = false;
                isMinting = false;
                pump();
            }
            case Effect.CloseGate _ -> isGateOpen = false;
            case Effect.Seal _ -> seal();
            case Effect.TakeOver _ -> takeOver();
            case Effect.Demote _ -> demote();
            case Effect.Follow follow -> follow(follow.epoch());
            case Effect.JoinAsSource join -> joinAsSource(join);
            case Effect.DropJoiner _ -> dropJoiner();
            case Effect.JoinAsTarget join -> joinAsTarget(join);
            case Effect.KeepOwn _ -> Keep.own(this);
            case Effect.SetBack _ -> Before.setBack(this);
            case Effect.Barrier _ -> {
                barrierWanted = true;
                barrier();
            }
            case Effect.Abort _ -> {
                isGateOpen = false;
                blocked.clear();
                endSource();
                mode = Mode.IDLE;
                daemon.after(5 * World.MS, () -> tell(Event.Mounted::new));
            }
        }
    }

    /// The data path stops with a fault of its own.
    void fault() {
        isGateOpen = false;
        blocked.clear();
        endSource();
        closeSession("fault");
        mode = Mode.IDLE;
        tell(now -> new Event.Fault(now, "simulated"));
    }

    private void mountReadOnly() {
        isGateOpen = false;
        // A later term of service must not find operations of this one.
        blocked.clear();
        if (source != null) {
            nextSeq = source.announced() + 1;
            endSource();
            mode = Mode.IDLE;
        }
        daemon.after(
                10 * World.MS,
                () -> {
                    tell(Event.Mounted::new);
                    Before.tell(this);
                    Walk.of(this);
                });
    }

    private void serve(Effect.Serve serve) {
        epoch = serve.epoch();
        mints = serve.mints() && !serve.withPeer();
        if (sink != null) {
            nextSeq = sink.received() + 1;
            sink = null;
        }
        if (source == null) {
            closeSession("new stream");
            source = new Source(WINDOW, nextSeq);
            written.clear();
        }
        if (!serve.withPeer()) {
            closeSession("alone");
            isMirroring = false;
            disk.map.addAll(tracked());
            disk.isMapComplete = true;
        } else {
            disk.isMapComplete = false;
        }
        isSourceJoin = false;
        joinId = 0;
        isAlone = !serve.withPeer();
        mode = Mode.SERVE;
        isGateOpen = true;
        gate();
        List<Write> waiting = new ArrayList<>(blocked);
        blocked.clear();
        for (Write write : waiting) {
            write(write.chunk(), write.value(), write.done());
        }
        pump();
    }

    /// Alone, or nothing before the peer has it.
    private void gate() {
        if (source != null) {
            boolean early = world.variant == Variant.ACKNOWLEDGE_EARLY;
            source.gate(true, (isAlone && !isMirroring) || early);
        }
    }

    void lease(long untilNs) {
        gateUntilNs = untilNs;
        pump();
    }

    boolean mayServe() {
        boolean leased = daemon.machine.clock() < gateUntilNs || world.variant == Variant.NO_LEASE;
        return daemon.isRunning() && mode == Mode.SERVE && isGateOpen && leased && !isMinting;
    }

    private void seal() {
        isGateOpen = false;
        mode = Mode.SEALED;
        closeSession("sealed");
        daemon.after(
                daemon.diskNs(),
                () -> {
                    if (mode == Mode.SEALED) {
                        disk.map.addAll(tracked());
                        tell(Event.Sealed::new);
                    }
                });
    }

    private void takeOver() {
        closeSession("take-over");
        Sink queue = sink;
        if (queue == null) {
            return;
        }
        queue.takeOver();
        daemon.after(
                daemon.diskNs(),
                () -> {
                    disk.map.addAll(tracked());
                    applyReceived();
                    tell(Event.TailApplied::new);
                });
    }

    private void demote() {
        closeSession("demoted");
        if (sink != null) {
            sink.demote();
            sink = null;
        }
        endSource();
        mode = Mode.IDLE;
        joinId = 0;
        isReady = false;
        isMirroring = false;
    }

    private void endSource() {
        source = null;
        written.clear();
        isSourceJoin = false;
        endCopying();
        closeSession("not serving");
    }

    private void follow(long at) {
        epoch = at;
        mode = Mode.FOLLOW;
        if (source != null) {
            nextSeq = source.announced() + 1;
            endSource();
        }
        Sink queue = sink;
        if (queue == null) {
            sink = new Sink(4 * WINDOW, nextSeq);
        } else if (queue.applied() == queue.received()) {
            sink = new Sink(4 * WINDOW, queue.received() + 1); // a take-over came to nothing
        }
        joinId = 0;
        isReady = false;
        disk.isMapComplete = false;
        disk.map.addAll(tracked());
    }

    // ---- the write path

    /// An application writes; `done` runs when it is acknowledged.
    void write(int chunk, long value, @Nullable Runnable done) {
        Source stream = source;
        if (stream == null || mode != Mode.SERVE || !stream.hasRoom() || !mayServe()) {
            if (mode == Mode.SERVE || mode == Mode.SEALED) {
                blocked.add(new Write(0, chunk, value, done));
            }
            return;
        }
        if (isAlone && mints) {
            if (!isMinting) {
                isMinting = true;
                long random = world.random.nextLong() | 1;
                tell(now -> new Event.FirstWriteAlone(now, new Generation(random)));
            }
            blocked.add(new Write(0, chunk, value, done));
            return;
        }
        mark(chunk);
        if (isAlone) {
            disk.map.add(chunk); // durable before the page cache is written
        } else {
            disk.hot.add(chunk);
        }
        long seq = stream.announce(0, false);
        written.put(seq, new Write(seq, chunk, value, done));
        pump();
    }

    /// Sends and applies what may be sent and applied.
    void pump() {
        Source stream = source;
        if (stream == null) {
            return;
        }
        if (mayServe() && !blocked.isEmpty()) {
            List<Write> waiting = new ArrayList<>(blocked);
            blocked.clear();
            for (Write write : waiting) {
                write(write.chunk(), write.value(), write.done());
            }
        }
        Session open = session;
        if (open != null && open.isOpen && open.source == this && (!isAlone || isMirroring)) {
            while (stream.nextToSend() >= 0) {
                Write write = written.get(stream.sent());
                if (write == null) {
                    throw new Violation("I6", "operation " + stream.sent() + " is gone");
                }
                open.toTarget(() -> open.target.operation(open, write));
            }
        }
        while (mayServe() && !isHeld && stream.nextToApply() >= 0) {
            Write write = Objects.requireNonNull(written.get(stream.applying()));
            Invariants.applied(this, write);
            disk.cache[write.chunk()] = write.value();
            stream.done(0, false);
            if (copying != null) {
                copying.applied(write.chunk());
            }
            if (write.done() != null) {
                write.done().run();
            }
        }
        if (open != null && open.isOpen && open.source == this) {
            long applied = stream.applied();
            open.toTarget(() -> open.target.confirmed(open, applied));
        }
        barrier();
    }

    private void operation(Session from, Write write) {
        Sink queue = sink;
        if (from != session || queue == null || isStalled) {
            return;
        }
        switch (queue.offer(write.seq(), 0, false)) {
            case TAKEN -> {
                received.put(write.seq(), write);
                mark(write.chunk());
                disk.hot.add(write.chunk());
            }
            case DUPLICATE -> {}
            case GAP -> throw new Violation("I6", "gap before " + write.seq());
            case OVERFLOW -> throw new Violation("I6", "window broken at " + write.seq());
        }
        long upTo = queue.received();
        from.toSource(() -> from.source.receipt(from, upTo));
    }

    private void receipt(Session from, long upTo) {
        Source stream = source;
        if (from != session || stream == null) {
            return;
        }
        lastReceiptNs = world.now;
        stream.received(upTo, stream.confirmed());
        pump();
    }

    private void confirmed(Session from, long upTo) {
        if (from == session && sink != null && !isStalled && upTo <= sink.received()) {
            sink.confirm(upTo);
            applyReceived();
        }
    }

    private void applyReceived() {
        Sink queue = sink;
        if (queue == null) {
            return;
        }
        while (queue.nextToApply() >= 0) {
            Write write = Objects.requireNonNull(received.remove(queue.applying()));
            disk.cache[write.chunk()] = write.value();
            queue.done();
        }
    }

    /// What this node would hold if it took over now.
    long holds(int chunk) {
        long value = disk.cache[chunk];
        if (sink != null) {
            for (Write write : received.values()) {
                if (write.chunk() == chunk && write.seq() <= sink.received()) {
                    value = Math.max(value, write.value());
                }
            }
        }
        return value;
    }

    /// The content of a chunk once everything received up to `seq` is applied.
    long contentAt(int chunk, long seq) {
        long value = disk.cache[chunk];
        long newest = 0;
        for (Write write : received.values()) {
            if (write.chunk() == chunk && write.seq() <= seq && write.seq() > newest) {
                newest = write.seq();
                value = write.value();
            }
        }
        return value;
    }

    /// fsync of one chunk, durable on both while there are two.
    void fsync(int chunk, Consumer<Boolean> done) {
        Source stream = source;
        if (stream == null || !mayServe()) {
            return;
        }
        long upTo = stream.applied();
        Session open = session;
        boolean both = (!isAlone || isMirroring) && world.variant != Variant.FSYNC_LOCAL;
        if (both && (open == null || !open.isOpen || open.source != this)) {
            return; // blocks; the client gives up
        }
        daemon.after(
                daemon.diskNs(),
                () -> {
                    disk.durable[chunk] = disk.cache[chunk];
                    if (!both) {
                        if (mayServe()) {
                            done.accept(!isAlone);
                        }
                    } else if (open != null && open.isOpen) {
                        open.toTarget(() -> open.target.syncThrough(open, chunk, upTo, done));
                    }
                });
    }

    private void syncThrough(Session from, int chunk, long upTo, Consumer<Boolean> done) {
        if (from != session || sink == null || isStalled) {
            return;
        }
        if (sink.applied() < upTo) {
            daemon.after(World.MS, () -> syncThrough(from, chunk, upTo, done));
            return;
        }
        daemon.after(
                daemon.diskNs(),
                () -> {
                    disk.durable[chunk] = disk.cache[chunk];
                    from.toSource(() -> {
                        if (from == from.source.session && from.source.mayServe()) {
                            done.accept(true);
                        }
                    });
                });
    }

    private void barrier() {
        if (!barrierWanted) {
            return;
        }
        Session open = session;
        Source stream = source;
        if (isAlone || stream == null) {
            barrierWanted = false;
            disk.sync();
            daemon.after(daemon.diskNs(), () -> tell(Event.BarrierDone::new));
            return;
        }
        if (open == null || !open.isOpen || stream.applied() != stream.announced()) {
            return; // tried again when a session stands
        }
        barrierWanted = false;
        long upTo = stream.applied();
        open.toTarget(() -> open.target.confirmed(open, upTo));
        open.toTarget(() ->
                open.target.syncAll(
                        open,
                        upTo,
                        () -> {
                            disk.sync();
                            tell(Event.BarrierDone::new);
                        }));
    }

    private void syncAll(Session from, long upTo, Runnable then) {
        if (from != session || sink == null || isStalled) {
            return;
        }
        if (sink.applied() < upTo) {
            daemon.after(World.MS, () -> syncAll(from, upTo, then));
            return;
        }
        daemon.after(
                daemon.diskNs(),
                () -> {
                    disk.sync();
                    from.toSource(() -> from.source.ifIn(from, then));
                });
    }

    private void ifIn(Session from, Runnable then) {
        if (from == session && from.isOpen) {
            then.run();
        }
    }

    // ---- points: what is durable on both leaves the sets

    private void point() {
        Source stream = source;
        Session open = session;
        if (stream == null || open == null || isAlone || !tracker.beginPoint(stream.announced())) {
            return;
        }
        long seq = stream.announced();
        open.toTarget(() -> open.target.pointBegins(open, seq));
    }

    private void pointBegins(Session from, long seq) {
        if (from != session || sink == null || !tracker.beginPoint(seq)) {
            return;
        }
        syncAll(from, seq, () -> from.source.pointEnds(from, seq));
    }

    private void pointEnds(Session from, long seq) {
        Source stream = source;
        if (stream == null || stream.applied() < seq) {
            daemon.after(World.MS, () -> ifIn(from, () -> pointEnds(from, seq)));
            return;
        }
        daemon.after(
                daemon.diskNs(),
                () -> {
                    disk.sync();
                    ifIn(
                            from,
                            () -> {
                                complete(seq);
                                from.toTarget(() ->
                                        from.target.ifIn(from, () -> from.target.complete(seq)));
                            });
                });
    }

    private void complete(long seq) {
        if (tracker.completePoint(seq)) {
            disk.hot.clear();
            disk.hot.addAll(tracked());
            if (!disk.isMapComplete) {
                disk.map.clear();
                disk.map.addAll(tracked());
            }
        }
    }

    // ---- connecting

    private void every100Ms() {
        if (daemon.isDead) {
            return;
        }
        if (daemon.isRunning()) {
            connect();
            if (mode == Mode.SERVE && !isAlone && world.chance(0.1)) {
                point();
            }
            Source stream = source;
            boolean waits = stream != null && stream.received() < stream.sent();
            if (!waits) {
                lastReceiptNs = world.now;
            } else if (!isAlone
                    && session != null
                    && world.now - lastReceiptNs > 5 * World.SECOND) {
                lastReceiptNs = world.now;
                tell(Event.AckTimeout::new);
            }
            pump();
        }
        world.in(100 * World.MS, this::every100Ms);
    }

    /// The source looks for a peer that wants its stream.
    private void connect() {
        Replica peer = other();
        boolean wants = mode == Mode.SERVE && (!isAlone || isSourceJoin);
        if (!wants || session != null || peer == this || peer.session != null) {
            return;
        }
        if (world.cut[0] || world.cut[1] || !peer.daemon.isRunning()) {
            return;
        }
        boolean joins = isSourceJoin && peer.mode == Mode.TARGET && peer.joinId == joinId;
        boolean late = !isAlone && peer.isReady && peer.joinEpoch + 1 == epoch;
        boolean follows = peer.mode == Mode.FOLLOW && !isAlone;
        if (follows && peer.epoch > epoch) {
            tell(now -> new Event.RefusedByHigherEpoch(now, peer.epoch));
            return;
        }
        if (joins && !isMirroring) {
            open(peer);
            startCopy(peer);
        } else if ((joins && peer.isReady) || late || (follows && peer.epoch == epoch)) {
            Source stream = source;
            Sink queue = peer.sink;
            if (stream == null || queue == null) {
                return;
            }
            if (!stream.resume(queue.received())) {
                tell(Event.AckTimeout::new);
                return;
            }
            open(peer);
            pump();
        }
    }

    private void open(Replica peer) {
        Session fresh = new Session(world, this, peer, joinId);
        session = fresh;
        peer.session = fresh;
        tell(Event.StreamUp::new);
    }

    private void closeSession(String reason) {
        Session open = session;
        if (open != null) {
            open.close(reason);
        }
    }

    void sessionLost(Session lost, String reason) {
        if (lost != session) {
            return;
        }
        session = null;
        tracker.abandonPoint();
        endCopying();
        if (mode == Mode.TARGET && !isReady) {
            long id = joinId;
            tell(now -> new Event.JoinFailed(now, id, reason));
        } else if (mode == Mode.SERVE) {
            tell(now -> new Event.StreamLost(now, reason));
        }
    }

    // ---- joining

    private void joinAsSource(Effect.JoinAsSource join) {
        closeSession("new join");
        joinId = join.joinId();
        isSourceJoin = true;
        isMirroring = false;
        gate();
    }

    private void dropJoiner() {
        isSourceJoin = false;
        isMirroring = false;
        joinId = 0;
        endCopying();
        closeSession("dropped");
        gate();
        pump();
    }

    private void joinAsTarget(Effect.JoinAsTarget join) {
        Invariants.overwrites(daemon);
        Before.keep(this, join.isConsistent());
        closeSession("new join");
        sink = null;
        received.clear();
        endSource();
        mode = Mode.TARGET;
        joinId = join.joinId();
        joinEpoch = join.epoch();
        isReady = false;
    }

    private void startCopy(Replica target) {
        Lineage mine = daemon.node.saved().lineage();
        Lineage theirs = target.disk.saved.lineage();
        boolean mapped =
                (disk.isIntact || target.disk.isIntact)
                        && theirs.current().isSome()
                        && (theirs.current().equals(mine.base())
                                || theirs.current().equals(mine.current()));
        TreeSet<Integer> needed = mapped ? new TreeSet<>(sets.known(disk)) : Disk.everything();
        if (mapped) {
            needed.addAll(target.sets.known(target.disk));
        }
        if (world.variant == Variant.COPY_SKIPS) {
            needed.pollFirst();
        }
        for (int chunk : needed) {
            mark(chunk);
            disk.map.add(chunk);
        }
        copying = new Copying(this, Objects.requireNonNull(session), joinId, needed);
    }

    private void endCopying() {
        copying = null;
        hold(false);
    }

    /// Holds operations, or lets them be applied again.
    void hold(boolean hold) {
        isHeld = hold;
        if (!hold) {
            pump();
        }
    }

    /// From here on the joiner gets operations; those that wait unapplied go to it first.
    ///
    /// @return number of the first one
    long mirror(Source stream) {
        long first = stream.mirrorFromHere();
        isMirroring = true;
        gate();
        return first;
    }

    /// The target takes a copy.
    void copied(Session in, int chunk, long value) {
        if (in == session && mode == Mode.TARGET) {
            disk.cache[chunk] = value;
            mark(chunk);
            disk.hot.add(chunk);
        }
    }

    /// The target gets operations from a number on, and takes the sets over.
    void mirrored(Session in, long first, Set<Integer> set) {
        if (in != session || mode != Mode.TARGET) {
            return;
        }
        sink = new Sink(4 * WINDOW, first);
        received.clear();
        for (int chunk : set) {
            mark(chunk);
            disk.hot.add(chunk);
        }
        takenOver = set;
    }

    /// Everything was copied and is durable.
    void ready(Session in, long id) {
        disk.sync();
        disk.map.addAll(takenOver);
        disk.isIntact = true;
        disk.before = null;
        isReady = true;
        Invariants.resynchronised(in.source, this);
        tell(now -> new Event.TargetReady(now, id));
    }
}
