package dev.understudy.node.rfs;

import dev.understudy.core.failover.Event;
import dev.understudy.core.member.Generation;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.FrameType;
import dev.understudy.core.rfs.Frames;
import dev.understudy.core.rfs.Op;
import dev.understudy.core.rfs.OpKind;
import dev.understudy.core.rfs.OpView;
import dev.understudy.core.rfs.OpWriter;
import dev.understudy.core.rfs.Source;
import dev.understudy.node.rfs.front.MutationSink;
import dev.understudy.node.rfs.front.MutationSource;
import dev.understudy.node.rfs.stream.Wire;
import dev.understudy.posix.Errno;
import dev.understudy.posix.net.EventLoop;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The serving side of the data path: announce, send, await receipt, apply, answer, confirm.
///
/// On the module's loop only. Without a peer every mark is durable before what it stands for is
/// applied; with a peer nothing is applied before the peer has it.
final class Primary implements MutationSink {
    private static final int WINDOW = 4096;

    /// Sees each operation when it has been applied, for a resynchronisation under way.
    interface Observer {
        void applied(OpView op);

        /// The primary failed to apply data that the peer was given: copy them again.
        void failed(OpView op);
    }

    private enum Peer {
        /// Nobody; or a joiner that gets copies only.
        NONE,
        /// A joiner that gets operations too: receipt counts, but the register does not name it.
        MIRROR,
        /// A secondary.
        PAIR
    }

    private final EventLoop loop;
    private final Marks marks;
    private final Outbox out;
    private final Tuning tuning;
    private final Metrics metrics;
    private final DurablePoint point;
    private final DiskAnswers answers;
    private Pending pending = new Pending(2 * WINDOW);
    private final ArrayDeque<Integer> syncs = new ArrayDeque<>();
    private long lastSync;
    private final ArrayDeque<Integer> overflow = new ArrayDeque<>();
    private final OpView view = new OpView();
    private final EventLoop.Timer confirmTimer;
    private final EventLoop.Timer ackTimer;
    private Source source = new Source(WINDOW, 1);
    private @Nullable Wire wire;
    private @Nullable Observer observer;
    private Peer peer = Peer.NONE;
    private boolean open;
    private boolean held;
    private boolean pumping;
    private boolean batching;
    private boolean batched;
    private boolean awaitsGeneration;
    private boolean askedGeneration;
    private boolean frozen;
    private boolean toldTimeout;
    private volatile long leaseUntilNs = Long.MIN_VALUE;
    private long coveredSeq;
    private long confirmSent;
    private long inFlightBytes;
    private int applying = -1;
    private int pointSlot = -1;

    Primary(
            EventLoop loop,
            Marks marks,
            Outbox out,
            Tuning tuning,
            Metrics metrics,
            DurablePoint point,
            DiskAnswers answers) {
        this.loop = loop;
        this.marks = marks;
        this.out = out;
        this.tuning = tuning;
        this.metrics = metrics;
        this.point = point;
        this.answers = answers;
        answers.onDurable(this::pump);
        confirmTimer = loop.timer(this::confirmLate);
        ackTimer = loop.timer(this::checkReceipt);
    }

    // ---- what the mounts bring

    @Override
    public void submit(
            MutationSource from, int token, OpKind kind, ByteBuffer frame, int at, int length) {
        int slot = pending.take(from, token, kind, frame, at, length);
        if (!overflow.isEmpty() || !source.hasRoom()) {
            overflow.add(slot);
        } else {
            announce(slot);
        }
        if (batching) {
            batched = true;
        } else {
            pump();
        }
    }

    /// What several writers have asked for meanwhile travels in one segment and is acknowledged at
    /// once.
    @Override
    public void beginBatch() {
        batching = true;
    }

    @Override
    public void endBatch() {
        batching = false;
        if (batched) {
            batched = false;
            pump();
        }
    }

    @Override
    public boolean isDurable(long idHigh, long idLow) {
        return marks.isDurable(idHigh, idLow);
    }

    private void announce(int slot) {
        ByteBuffer frame = pending.frame[slot];
        int at = pending.at[slot];
        OpKind kind = pending.kind[slot];
        boolean sync = kind == OpKind.SYNC;
        long seq = source.announce(slot, sync);
        Op.seq(frame, at, seq);
        pending.seq[slot] = seq;
        pending.sinceNs[slot] = loop.nowNs();
        metrics.announced(kind, pending.length[slot]);
        if (sync) {
            lastSync = seq;
            if (pending.source[slot] != null) {
                syncs.add(slot);
            }
        } else {
            marks.mark(view.over(frame, at, pending.length[slot]));
        }
        if (peer != Peer.NONE && !ackTimer.isArmed()) {
            ackTimer.armNs(tuning.ackTimeoutNs() / 4);
        }
    }

    @Override
    public boolean applied(MutationSource from, int token, OpKind kind, int outcome) {
        if (kind == OpKind.SYNC) {
            if (outcome == -Errno.EIO) {
                out.send(
                        new Event.LocalDiskError(
                                out.nowNs(), "sync failed: " + Errno.words(outcome)));
            }
            return true;
        }
        int slot = applying;
        if (slot < 0 || !from.equals(pending.source[slot]) || pending.token[slot] != token) {
            return true; // of a mount that was aborted meanwhile
        }
        applying = -1;
        view.over(pending.frame[slot], pending.at[slot], pending.length[slot]);
        boolean exception = outcome < 0 || (kind == OpKind.WRITE && outcome != view.dataLength());
        source.done(outcome, exception);
        if (peer != Peer.NONE && source.applied() <= source.sent()) {
            inFlightBytes -= pending.length[slot];
        }
        metrics.applied(kind, loop.nowNs() - pending.sinceNs[slot]);
        Observer watching = observer;
        if (watching != null) {
            watching.applied(view);
            if (exception && kind == OpKind.WRITE) {
                watching.failed(view);
            }
        }
        pending.give(slot);
        if (outcome == -Errno.EIO) {
            out.send(
                    new Event.LocalDiskError(
                            out.nowNs(), kind + " failed: " + Errno.words(outcome)));
        }
        boolean kept = outcome >= 0 && isAwaited(kind) && answers.keep(from, source.applied());
        if (!pumping && kept) {
            loop.execute(this::pump); // the answer has to be with the mount first
        } else if (!pumping) {
            pump();
        }
        return !kept;
    }

    /// Nobody waits for what the mount tells by itself.
    private static boolean isAwaited(OpKind kind) {
        return kind != OpKind.TIMES && kind != OpKind.RELEASE;
    }

    // ---- the pump

    void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            boolean more;
            do {
                more = false;
                while (!overflow.isEmpty() && source.hasRoom()) {
                    announce(overflow.remove());
                }
                send();
                more = apply();
            } while (more && !overflow.isEmpty());
        } finally {
            pumping = false;
        }
        finishSyncs();
        point.advanced(source.applied());
        commit();
        Wire to = wire;
        if (to != null) {
            if (peer != Peer.NONE && source.applied() > confirmSent) {
                confirmSoon(to);
            }
            to.flush();
        }
    }

    /// Confirmations travel with the operations that follow, a little later without any; at once
    /// when the peer needs them to begin a sync.
    private void confirmSoon(Wire to) {
        if (confirmSent < lastSync && to.hasRoom()) {
            confirm(to);
        } else if (!confirmTimer.isArmed()) {
            confirmTimer.armNs(tuning.confirmNs());
        }
    }

    /// Sends the answers that waited for disks, and has what others wait for made durable.
    private void commit() {
        if (!answers.isWaiting() || !open || out.nowNs() >= leaseUntilNs) {
            return;
        }
        answers.send();
        if (!answers.isWaiting()) {
            return;
        }
        if (peer == Peer.PAIR) {
            point.commit();
        } else {
            answers.commitHere(source.applied());
        }
    }

    /// A durable point is complete on both nodes.
    void pointDone(long seq) {
        answers.durable(seq);
        loop.execute(this::pump);
    }

    private void send() {
        Wire to = wire;
        if (to == null || peer == Peer.NONE) {
            return;
        }
        int slot = source.peekToSend();
        while (slot >= 0 && to.hasRoom() && inFlightBytes < tuning.inFlightBytes()) {
            confirm(to);
            if (!to.hasRoom()) {
                return;
            }
            source.nextToSend();
            inFlightBytes += pending.kind[slot] == OpKind.SYNC ? 0 : pending.length[slot];
            to.append(pending.frame[slot], pending.at[slot], pending.length[slot]);
            slot = source.peekToSend();
        }
    }

    private void confirm(Wire to) {
        if (source.applied() > confirmSent) {
            ByteBuffer room = to.room(Frames.confirmBytes(source.outcomes().count()));
            confirmSent = Frames.confirm(room, source.applied(), source.outcomes());
        }
    }

    private void confirmLate() {
        Wire to = wire;
        if (to != null && peer != Peer.NONE && to.hasRoom()) {
            confirm(to);
            to.flush();
        }
    }

    private boolean apply() {
        boolean any = false;
        while (mayApply()) {
            int slot = source.nextToApply(limit());
            if (slot < 0) {
                break;
            }
            any = true;
            applying = slot;
            Objects.requireNonNull(pending.source[slot]).mayApply(pending.token[slot]);
        }
        return any;
    }

    private boolean mayApply() {
        if (!open || held || applying >= 0) {
            return false;
        }
        frozen = out.nowNs() >= leaseUntilNs;
        return !frozen;
    }

    /// Without a pair, an operation waits until its marks are durable, and the first one until a
    /// generation is.
    private long limit() {
        if (peer == Peer.PAIR) {
            return Long.MAX_VALUE;
        }
        if (awaitsGeneration) {
            if (source.applied() < source.announced() && !askedGeneration) {
                askedGeneration = true;
                out.send(new Event.FirstWriteAlone(out.nowNs(), mint()));
            }
            return source.applied();
        }
        if (marks.isForced()) {
            coveredSeq = source.announced();
        } else {
            marks.force();
        }
        return coveredSeq;
    }

    private static Generation mint() {
        long value;
        do {
            value = new java.security.SecureRandom().nextLong();
        } while (value == 0);
        return new Generation(value);
    }

    /// Answers the durable points that wait for nobody any more.
    private void finishSyncs() {
        if (!open || held || syncs.isEmpty()) {
            return;
        }
        boolean nobody = peer == Peer.NONE;
        for (int i = syncs.size(); i > 0; i--) {
            int slot = syncs.remove();
            boolean done =
                    nobody ? pending.seq[slot] <= source.applied() : pending.isDurableThere[slot];
            if (done) {
                finishSync(slot);
            } else {
                syncs.add(slot);
            }
        }
    }

    private void finishSync(int slot) {
        MutationSource from = pending.source[slot];
        int token = pending.token[slot];
        metrics.applied(OpKind.SYNC, loop.nowNs() - pending.sinceNs[slot]);
        pending.give(slot);
        if (from != null) {
            from.mayApply(token);
        }
    }

    // ---- what the peer says

    /// Takes a frame of the peer that belongs to the stream.
    ///
    /// @return false when it is not one of ours
    boolean frame(int type, ByteBuffer buffer, int at) {
        switch (type) {
            case FrameType.RECEIVED ->
                    source.received(Frames.value(buffer, at), Frames.receivedConfirmed(buffer, at));
            case FrameType.DURABLE -> durable(Frames.value(buffer, at), Frames.errno(buffer, at));
            case FrameType.FAILED -> {
                int errno = Frames.errno(buffer, at);
                peerDisk("could not apply operation " + Frames.value(buffer, at), errno);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void durable(long seq, int errno) {
        if (errno != 0) {
            peerDisk("could not make data durable", errno);
            return;
        }
        if (point.isDurableThere(seq)) {
            return;
        }
        for (int slot : syncs) {
            if (pending.seq[slot] == seq) {
                pending.isDurableThere[slot] = true;
            }
        }
    }

    private void peerDisk(String what, int errno) {
        out.send(
                new Event.PeerDiskError(
                        out.nowNs(), "the secondary " + what + ": " + Errno.words(errno)));
    }

    private void checkReceipt() {
        if (peer == Peer.NONE || source.received() == source.announced()) {
            toldTimeout = false;
            return;
        }
        long oldestNs = pending.sinceNs[source.slotOf(source.received() + 1)];
        if (loop.nowNs() - oldestNs > tuning.ackTimeoutNs() && !toldTimeout) {
            toldTimeout = true;
            out.send(new Event.AckTimeout(out.nowNs()));
        }
        ackTimer.armNs(tuning.ackTimeoutNs() / 4);
    }

    // ---- what the machine commands

    void lease(long untilNs) {
        leaseUntilNs = untilNs;
        if (frozen || answers.isOn()) {
            loop.execute(this::pump);
        }
    }

    /// Opens the gate without a peer.
    void serveAlone(boolean mints) {
        unpair();
        awaitsGeneration = mints;
        askedGeneration = false;
        open();
    }

    /// Opens the gate with a secondary on the wire.
    void servePaired() {
        peer = Peer.PAIR;
        awaitsGeneration = false;
        open();
    }

    private void open() {
        open = true;
        source.gate(true, peer == Peer.NONE);
        pump();
    }

    /// A secondary that equals this copy will be on the wire soon: operations wait for it.
    void expectPeer() {
        peer = Peer.PAIR;
        wire = null;
        inFlightBytes = 0;
        source.mirrorFromHere();
        confirmSent = source.applied();
    }

    /// Finishes what is announced although the gate is closed: the application has ended.
    void drain() {
        open();
    }

    void useGeneration() {
        awaitsGeneration = false;
        pump();
    }

    void close() {
        open = false;
        source.gate(false, peer == Peer.NONE);
    }

    /// Keeps operations from being applied for a moment (the last step before mirroring).
    void hold(boolean hold) {
        held = hold;
        if (!hold) {
            pump();
        }
    }

    /// Tells whether nothing is being applied.
    boolean isQuiet() {
        return applying < 0;
    }

    void observe(@Nullable Observer watching) {
        observer = watching;
    }

    /// Forgets the peer: everything announced may be applied as soon as its marks are durable.
    void unpair() {
        peer = Peer.NONE;
        wire = null;
        inFlightBytes = 0;
        point.abandon();
        source.gate(open, true);
    }

    /// Lets the joiner take part from here on: held, and nothing is under way.
    ///
    /// Operations that wait announced keep their numbers and are sent to the joiner first.
    ///
    /// @return sequence number of the first operation it will get
    long mirror(Wire to) {
        finishSyncs();
        wire = to;
        peer = Peer.MIRROR;
        inFlightBytes = 0;
        long first = source.mirrorFromHere();
        confirmSent = source.applied();
        source.gate(open, false);
        toldTimeout = false;
        ackTimer.armNs(tuning.ackTimeoutNs() / 4);
        return first;
    }

    /// The wire is gone; operations wait until [#resume] or [#unpair].
    void lost() {
        wire = null;
        point.abandon();
    }

    /// Goes on over a new wire (rule L4).
    ///
    /// @return false when the peer does not fit
    boolean resume(Wire to, long received, long confirmed) {
        if (!source.resume(received)) {
            return false;
        }
        source.received(received, Math.min(confirmed, source.applied()));
        wire = to;
        confirmSent = confirmed;
        inFlightBytes = 0;
        for (long seq = source.applied() + 1; seq <= received; seq++) {
            int slot = source.slotOf(seq);
            inFlightBytes += pending.kind[slot] == OpKind.SYNC ? 0 : pending.length[slot];
        }
        repeatSyncs(received);
        pump();
        return true;
    }

    /// Asks again for durable points whose answer may be lost, under new numbers.
    private void repeatSyncs(long received) {
        for (int i = syncs.size(); i > 0; i--) {
            int slot = syncs.remove();
            if (pending.seq[slot] > received) {
                syncs.add(slot);
                continue;
            }
            ByteBuffer copy =
                    ByteBuffer.allocateDirect(Op.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            copy.put(0, pending.frame[slot], pending.at[slot], Op.HEADER_BYTES);
            int again =
                    pending.take(
                            pending.source[slot],
                            pending.token[slot],
                            OpKind.SYNC,
                            copy,
                            0,
                            Op.HEADER_BYTES);
            pending.give(slot);
            announce(again);
        }
    }

    /// Announces a durable point of everything, unless the one before is not on its way yet.
    ///
    /// @param frame lives until the next call
    /// @return its sequence number, or -1
    long announcePoint(ByteBuffer frame) {
        if (pointSlot >= 0) {
            if (peer != Peer.NONE && source.received() < pending.seq[pointSlot]) {
                return -1;
            }
            pending.give(pointSlot);
            pointSlot = -1;
        }
        if (!source.hasRoom()) {
            return -1;
        }
        frame.clear();
        int bytes = OpWriter.sync(frame, 0, FileId.NONE, Op.FLAG_WHOLE_TREE);
        pointSlot = pending.take(null, 0, OpKind.SYNC, frame, 0, bytes);
        announce(pointSlot);
        return pending.seq[pointSlot];
    }

    /// Refuses everything that is not applied: this node serves no more. A later term of service
    /// must not find operations of this one.
    void refuseAll() {
        Source old = source;
        Pending waiting = pending;
        int busy = applying;
        ArrayDeque<Integer> late = new ArrayDeque<>(syncs);
        late.addAll(overflow);
        for (long seq = old.applied() + 1; seq <= old.announced(); seq++) {
            int slot = old.slotOf(seq);
            if (waiting.kind[slot] != OpKind.SYNC && slot != busy) {
                late.add(slot);
            }
        }
        answers.refuse(Errno.EROFS);
        reset();
        for (int slot : late) {
            MutationSource from = waiting.source[slot];
            if (from != null) {
                from.refuse(waiting.token[slot], Errno.EROFS);
            }
        }
    }

    /// Drops everything that is not applied: the mounts are gone.
    void reset() {
        long last = source.announced();
        open = false;
        held = false;
        applying = -1;
        pointSlot = -1;
        syncs.clear();
        overflow.clear();
        unpair();
        pending = new Pending(2 * WINDOW);
        source = new Source(WINDOW, last + 1);
        coveredSeq = last;
        confirmSent = last;
    }

    Source source() {
        return source;
    }

    boolean isPaired() {
        return peer == Peer.PAIR;
    }

    boolean isMirroring() {
        return peer == Peer.MIRROR;
    }

    boolean hasWire() {
        return wire != null;
    }

    boolean isOpen() {
        return open;
    }
}
