package dev.understudy.node.rfs.resync;

import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.FrameType;
import dev.understudy.core.rfs.Frames;
import dev.understudy.core.rfs.Item;
import dev.understudy.core.rfs.JoinPhase;
import dev.understudy.core.rfs.JoinPlan;
import dev.understudy.core.rfs.OpView;
import dev.understudy.node.rfs.stream.Wire;
import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.node.rfs.tree.TreeReader;
import dev.understudy.posix.Native;
import dev.understudy.posix.fs.Stat;
import dev.understudy.posix.net.EventLoop;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The source's side of a resynchronisation: carries out what [JoinPlan] decides.
///
/// On the module's loop; only reading files happens on the worker.
public final class SourceJob {
    /// What the job asks of the data path.
    public interface Host {
        /// Holds operations (announced ones wait unapplied), or lets them go on.
        void hold(boolean hold);

        /// Tells whether no operation is just being applied.
        boolean isQuiet();

        /// Begins mirroring; the frame that says so has to be sent before operations follow.
        ///
        /// @return number of the first operation the target gets
        long mirror();

        /// Returns the last operation applied.
        long applied();

        /// Makes everything durable here, then calls back on the loop.
        void sync(Runnable done);

        /// The target is READY and durable, and so is what it was copied from.
        void caughtUp();

        /// The resynchronisation came to an end before its time.
        void failed(String reason);
    }

    private static final int OUTSTANDING_MAX = 1024;
    private static final long OUTSTANDING_BYTES_MAX = 8L << 20;
    private static final int TASKS_MAX = 64;
    private static final long READING_BYTES_MAX = 4L << 20;
    private static final int LARGE_BYTES = Item.HEADER_BYTES + Item.COPY_BYTES_MAX;
    private static final long STALL_NS = 30_000_000_000L;

    private final EventLoop loop;
    private final Executor worker;
    private final List<LowerTree> trees;
    private final List<TreeReader> readers;
    private final Wire wire;
    private final Host host;
    private final JoinPlan plan;
    private final Map<Long, List<TreeReader.Entry>> listings = new HashMap<>();
    private final ArrayDeque<FileTask.Put> puts = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> outgoing = new ArrayDeque<>();
    private final Queue<ByteBuffer> spare = new ConcurrentLinkedQueue<>();
    private @Nullable ByteBuffer sending;
    private List<Supplier<Runnable>> batch = new ArrayList<>();
    private long readingBytes;
    private final ByteBuffer scratch = Native.pages(4 << 20).order(ByteOrder.LITTLE_ENDIAN);
    private final Limiter limiter;
    private final EventLoop.Timer timer;
    private final long joinId;
    private long listingCount;
    private long framesSent;
    private long framesDone;
    private long bytesSent;
    private long bytesDone;
    private long filesDone;
    private long bytesCopied;
    private long bytesCompared;
    private long bytesSeen;
    private long beganNs;
    private long movedNs;

    /// Makes a job; [#begin] starts it.
    ///
    /// @param worker one platform thread that reads files
    /// @param bytesPerSecond limit, 0 = none
    public SourceJob(
            EventLoop loop,
            Executor worker,
            List<LowerTree> trees,
            Wire wire,
            Host host,
            long joinId,
            long bytesPerSecond) {
        this.loop = loop;
        this.worker = worker;
        this.trees = List.copyOf(trees);
        this.wire = wire;
        this.host = host;
        this.joinId = joinId;
        limiter = new Limiter(bytesPerSecond, loop.nowNs());
        readers = new ArrayList<>();
        for (LowerTree tree : trees) {
            readers.add(new TreeReader(tree));
        }
        plan = new JoinPlan(trees.stream().map(LowerTree::rootId).toList());
        timer = loop.timer(this::tick);
    }

    /// Begins.
    ///
    /// @param compare whether everything is compared, because the sets do not say what differs
    /// @param dirty parts that differ for certain
    /// @param uncertain parts that may differ, to be compared
    public void begin(boolean compare, BlockSet dirty, BlockSet uncertain) {
        beganNs = loop.nowNs();
        movedNs = beganNs;
        plan.begin(compare, dirty, uncertain, beganNs);
        ByteBuffer room = wire.room(Frames.BASE_BYTES);
        int mode = plan.isDeep() ? Item.MODE_COMPARE : Item.MODE_MAP;
        Frames.plain(room, FrameType.BEGIN, mode, joinId);
        wire.flush();
        timer.armNs(1_000_000_000L);
    }

    /// An operation was applied here: until mirroring begins it makes work, and it spoils what is
    /// being read.
    public void applied(OpView op) {
        plan.applied(op);
        if (plan.phase() == JoinPhase.HOLDING) {
            loop.execute(this::pump);
        }
    }

    /// An operation failed here after the target had received it: copy what it touched.
    public void failedHere(OpView op) {
        plan.failedHere(op);
        loop.execute(this::pump);
    }

    /// Takes a frame of the target.
    ///
    /// @return false when it does not belong to a resynchronisation
    public boolean frame(int type, ByteBuffer buffer, int at) {
        switch (type) {
            case FrameType.BEGUN -> plan.targetBegun();
            case FrameType.MARK -> mark(buffer, at);
            case FrameType.DONE -> done(Frames.value(buffer, at), buffer.getLong(at + 16));
            case FrameType.NAMES_RESULT -> namesResult(buffer, at);
            case FrameType.CREATED -> created(buffer, at);
            case FrameType.DIFFER -> differ(buffer, at);
            case FrameType.READY -> ready();
            case FrameType.GIVE_UP -> fail("the target gave up: " + Frames.text(buffer, at));
            default -> {
                return false;
            }
        }
        movedNs = loop.nowNs();
        return true;
    }

    /// The target's own sets: what it did or may have done that this node does not know of.
    private void mark(ByteBuffer buffer, int at) {
        int flags = Item.flags(buffer, at);
        long length = (flags & Item.MARK_RANGE) == 0 ? 0 : Item.body(buffer, at).getLong(0);
        plan.targetMark(
                Item.tree(buffer, at), Item.id(buffer, at), flags, Item.arg(buffer, at), length);
    }

    private void done(long frames, long bytes) {
        framesDone = frames;
        bytesDone = bytes;
    }

    private void namesResult(ByteBuffer buffer, int at) {
        List<TreeReader.Entry> listing = listings.remove(Item.tag(buffer, at));
        if (listing == null) {
            fail("an answer to names that were not sent");
            return;
        }
        FileId directory = Item.id(buffer, at);
        int tree = Item.tree(buffer, at);
        ByteBuffer body = Item.body(buffer, at);
        int lacking = Math.max(0, body.getInt());
        plan.namesAnswered(lacking);
        for (int i = 0; i < lacking; i++) {
            puts.add(new FileTask.Put(tree, directory, listing.get(body.getInt())));
        }
        filesDone++;
    }

    private void created(ByteBuffer buffer, int at) {
        long type = Item.arg(buffer, at);
        plan.placed(
                Item.tree(buffer, at),
                Item.id(buffer, at),
                Item.flags(buffer, at),
                type == Stat.S_IFDIR,
                type == Stat.S_IFREG);
    }

    private void differ(ByteBuffer buffer, int at) {
        int shift = Item.flags(buffer, at);
        int tree = Item.tree(buffer, at);
        FileId id = Item.id(buffer, at);
        long offset = Item.arg(buffer, at);
        ByteBuffer body = Item.body(buffer, at);
        for (int i = 0; i < body.remaining() * 8; i++) {
            if ((body.get(i >>> 3) & (1 << (i & 7))) != 0) {
                plan.differs(tree, id, offset + ((long) i << shift), 1L << shift);
            }
        }
    }

    private void ready() {
        plan.targetReady();
        finish();
    }

    private void finish() {
        if (plan.isComplete()) {
            host.caughtUp();
        }
    }

    // ---- the work

    /// Does what can be done now; called after every input.
    public void pump() {
        if (plan.phase() == JoinPhase.STARTING || isOver()) {
            return;
        }
        drain();
        while (canWork() && startOne()) {
            drain();
        }
        sendBatch();
        if (outgoing.isEmpty()) {
            advance();
        }
        wire.flush();
    }

    /// Gives the readings begun in this turn to the worker, and what they found back to the loop,
    /// in one piece each: the loop is busy with the application, and a way to the worker and back
    /// for each small file would take longer than reading it.
    private void sendBatch() {
        if (batch.isEmpty()) {
            return;
        }
        List<Supplier<Runnable>> mine = batch;
        batch = new ArrayList<>();
        worker.execute(() -> {
            List<Runnable> found = new ArrayList<>(mine.size());
            for (Supplier<Runnable> read : mine) {
                found.add(read.get());
            }
            loop.execute(() -> {
                found.forEach(Runnable::run);
                pump();
            });
        });
    }

    private void drain() {
        while (!outgoing.isEmpty() && wire.hasRoom()) {
            ByteBuffer frame = outgoing.remove();
            ByteBuffer before = sending;
            if (before != null) {
                spare.add(before); // there is room, so it is out
            }
            sending = frame.isDirect() ? frame : null;
            wire.append(frame, 0, frame.limit());
        }
    }

    /// Makes room for a frame of any size: outside the heap where the wire sends from it. What lies
    /// there is costly to make and only a collection of garbage frees it, so it is used again. For
    /// any thread.
    ByteBuffer frame(int bytes) {
        if (bytes <= Wire.COPY_BYTES_MAX) {
            return FileTask.buffer(bytes);
        }
        ByteBuffer used = spare.poll();
        ByteBuffer room =
                used == null ? Native.pages(LARGE_BYTES).order(ByteOrder.LITTLE_ENDIAN) : used;
        return room.clear().limit(bytes);
    }

    /// The copy is complete: memory that was needed for it is given back. On the worker, which may
    /// still read what an operation that failed here has spoiled.
    public void rest() {
        worker.execute(() -> {
            spare.clear();
            Native.discard(scratch);
        });
    }

    private boolean canWork() {
        return wire.hasRoom()
                && outgoing.isEmpty()
                && plan.readings() < TASKS_MAX
                && readingBytes < READING_BYTES_MAX
                && framesSent - framesDone < OUTSTANDING_MAX
                && bytesSent - bytesDone < OUTSTANDING_BYTES_MAX
                && limiter.mayGo(loop.nowNs());
    }

    private boolean startOne() {
        if (!puts.isEmpty()) {
            FileTask.put(this, puts);
            return true;
        }
        JoinPlan.Work work = plan.next();
        switch (work) {
            case null -> {
                return false;
            }
            case JoinPlan.Work.Names(int tree, FileId id) -> FileTask.list(this, tree, id);
            case JoinPlan.Work.CompareWhole(int tree, FileId id) ->
                    FileTask.compareWhole(this, tree, id, 0);
            case JoinPlan.Work.Compare(int tree, FileId id, long first, long end) ->
                    FileTask.compare(this, tree, id, first, end);
            case JoinPlan.Work.CopyWhole(int tree, FileId id) -> FileTask.copyWhole(this, tree, id);
            case JoinPlan.Work.Cut(int tree, FileId id, long size) -> sendCut(tree, id, size);
            case JoinPlan.Work.Copy(int tree, FileId id, long first, long end) ->
                    FileTask.copy(this, tree, id, first, end);
            case JoinPlan.Work.Attributes(int tree, FileId id) ->
                    FileTask.attributes(this, tree, id);
        }
        return true;
    }

    private void sendCut(int tree, FileId id, long size) {
        ByteBuffer frame = FileTask.buffer(Item.HEADER_BYTES);
        Item.begin(frame, FrameType.CUT, tree, 0, host.applied(), id, size);
        send(frame);
    }

    /// Sends a frame whose header is at 0 and whose end is the buffer's position.
    void send(ByteBuffer frame) {
        int bytes = Item.end(frame, 0);
        framesSent++;
        bytesSent += bytes;
        limiter.went(bytes, loop.nowNs());
        movedNs = loop.nowNs();
        outgoing.add(frame.flip());
        drain();
    }

    private void advance() {
        boolean isWireQuiet = outgoing.isEmpty() && framesDone == framesSent;
        switch (plan.turn(loop.nowNs(), isWireQuiet, host.isQuiet())) {
            case NOTHING -> {
                // wait
            }
            case HOLD -> {
                host.hold(true);
                loop.execute(this::pump);
            }
            case SETTLE -> {
                Frames.plain(wire.room(Frames.BASE_BYTES), FrameType.SETTLE, 0, joinId);
                framesSent++;
                loop.execute(this::pump);
            }
            case MIRROR -> {
                long first = host.mirror();
                Frames.plain(wire.room(Frames.BASE_BYTES), FrameType.MIRROR, 0, first);
                host.hold(false);
                loop.execute(this::pump);
            }
            case FINISH -> {
                Frames.plain(wire.room(Frames.BASE_BYTES), FrameType.FINISH, 0, joinId);
                host.sync(() -> {
                    plan.synced();
                    finish();
                });
            }
            case FAIL -> fail("directories cannot be brought into their order");
        }
    }

    // ---- what tasks call

    /// Takes a reading for the next batch.
    ///
    /// @param read on the worker; gives what to do on the loop
    /// @param bytes about what it reads
    void submit(Supplier<Runnable> read, long bytes) {
        readingBytes += bytes;
        batch.add(() -> {
            Runnable then = read.get();
            return () -> {
                readingBytes -= bytes;
                then.run();
            };
        });
    }

    TreeReader reader(int tree) {
        return readers.get(tree);
    }

    Wire wire() {
        return wire;
    }

    Host host() {
        return host;
    }

    JoinPlan plan() {
        return plan;
    }

    /// Tells whether a file is there and has data of its own; from the worker too.
    boolean isRegular(int tree, FileId id) {
        LowerFile file = trees.get(tree).byId(id);
        return file != null && file.isRegular();
    }

    /// Gives the worker's buffer to read into, empty.
    ByteBuffer scratch(int bytes) {
        return scratch.clear().limit(bytes);
    }

    /// Tells whether everything is compared.
    public boolean isDeep() {
        return plan.isDeep();
    }

    /// Gives how long it has taken so far.
    public long ms() {
        return (loop.nowNs() - beganNs) / 1_000_000;
    }

    /// Notes a file that the walk of a comparison met.
    void seen(long bytes) {
        bytesSeen += bytes;
    }

    boolean isOver() {
        return plan.phase() == JoinPhase.FAILED || wire.isClosed();
    }

    void copied(long bytes) {
        bytesCopied += bytes;
    }

    void compared(long bytes) {
        bytesCompared += bytes;
    }

    void fileDone() {
        filesDone++;
    }

    long remember(List<TreeReader.Entry> listing) {
        listings.put(++listingCount, listing);
        return listingCount;
    }

    void fail(String reason) {
        JoinPhase phase = plan.phase();
        if (phase != JoinPhase.FAILED && phase != JoinPhase.DONE) {
            plan.fail();
            timer.disarm();
            host.failed(reason);
        }
    }

    private void tick() {
        JoinPhase phase = plan.phase();
        if (phase == JoinPhase.FAILED || phase == JoinPhase.DONE) {
            return;
        }
        long nowNs = loop.nowNs();
        if (nowNs - movedNs > STALL_NS) {
            fail("no progress for 30 s while " + phase);
            return;
        }
        limiter.second(bytesCopied + bytesCompared, nowNs);
        tell();
        timer.armNs(1_000_000_000L);
        pump();
    }

    /// Tells the target how far it is, for who asks there.
    private void tell() {
        if (wire.isClosed() || !wire.hasRoom()) {
            return;
        }
        Progress now = progress();
        ByteBuffer frame = FileTask.buffer(Item.HEADER_BYTES + 48);
        Item.begin(frame, FrameType.PROGRESS, 0, plan.phase().code(), 0, FileId.NONE, 0);
        frame.putLong(now.filesLeft()).putLong(now.bytesLeft()).putLong(now.filesDone());
        frame.putLong(now.bytesCopied()).putLong(now.bytesCompared());
        frame.putLong(now.bytesPerSecond());
        Item.end(frame, 0);
        outgoing.add(frame.flip());
        drain();
    }

    /// Ends the job without a word: the wire is gone, or the machine dropped the joiner.
    public void cancel() {
        boolean holding = plan.phase() == JoinPhase.HOLDING;
        plan.fail();
        timer.disarm();
        if (holding) {
            host.hold(false);
        }
    }

    /// Tells whether the target gets operations, so that a broken wire may be resumed.
    public boolean isMirroring() {
        return plan.phase().isMirrored();
    }

    /// Tells how far it is.
    public Progress progress() {
        long done = bytesCopied + bytesCompared;
        return new Progress(
                plan.phase().word(plan.isDeep()),
                plan.filesLeft(),
                Math.max(plan.bytesLeft(), plan.isDeep() ? bytesSeen - done : 0),
                filesDone,
                bytesCopied,
                bytesCompared,
                limiter.rate());
    }
}
