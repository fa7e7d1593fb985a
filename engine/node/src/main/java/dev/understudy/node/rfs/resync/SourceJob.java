package dev.understudy.node.rfs.resync;

import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.FrameType;
import dev.understudy.core.rfs.Frames;
import dev.understudy.core.rfs.Item;
import dev.understudy.core.rfs.OpKind;
import dev.understudy.core.rfs.OpView;
import dev.understudy.core.rfs.Tracker;
import dev.understudy.node.rfs.stream.Wire;
import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.node.rfs.tree.TreeReader;
import dev.understudy.posix.fs.Stat;
import dev.understudy.posix.net.EventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/// The source's side of a resynchronisation: one moving list of what is still to compare and to
/// copy, fed by the sets at the start and by the application's writes until mirroring begins.
///
/// On the module's loop; only reading files happens on the worker. Order: names of directories,
/// comparisons, then per file its cut, its data, its attributes. When little is left, operations
/// are held for a moment, the names and cuts drained, and from there on operations are mirrored
/// while the remaining data follow. Data that an operation touched while they were read are read
/// again, so a copy is never older than what the target has applied.
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

    /// Where it stands.
    enum Phase {
        STARTING,
        COMPARING,
        COPYING,
        HOLDING,
        MIRRORING,
        FINISHING,
        DONE,
        FAILED
    }

    private static final long LITTLE_BYTES = 64L << 20;
    private static final int LITTLE_FILES = 64;
    private static final int MUCH_FILES = 16 * 1024;
    private static final long PATIENCE_NS = 4_000_000_000L;
    private static final int OUTSTANDING_MAX = 256;
    private static final long OUTSTANDING_BYTES_MAX = 8L << 20;
    private static final int TASKS_MAX = 4;
    private static final int CHECKS_MAX = 20_000;
    private static final long STALL_NS = 30_000_000_000L;
    private static final int FRUITLESS_MAX = 1000;

    private final EventLoop loop;
    private final Executor worker;
    private final List<LowerTree> trees;
    private final List<TreeReader> readers;
    private final Wire wire;
    private final Host host;
    private final BlockSet todo = new BlockSet(Tracker.BLOCK_SHIFT);
    private final BlockSet dirs = new BlockSet(Tracker.BLOCK_SHIFT);
    private final BlockSet check = new BlockSet(Tracker.BLOCK_SHIFT);
    private final BlockSet later = new BlockSet(Tracker.BLOCK_SHIFT);
    private final List<FileTask> tasks = new ArrayList<>();
    private final Map<Long, List<TreeReader.Entry>> listings = new HashMap<>();
    private final ArrayDeque<FileTask.Put> puts = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> outgoing = new ArrayDeque<>();
    private final Set<FileId> visited = new HashSet<>();
    private final Set<FileId> fresh = ConcurrentHashMap.newKeySet();
    private final ByteBuffer scratch = FileTask.buffer(4 << 20);
    private final Limiter limiter;
    private final EventLoop.Timer timer;
    private final long joinId;
    private Phase phase = Phase.STARTING;
    private boolean deep;
    private int namesUnderWay;
    private long placed;
    private int fruitless;
    private int compares;
    private long listingCount;
    private long framesSent;
    private long framesDone;
    private long bytesSent;
    private long bytesDone;
    private long settledAt = -1;
    private boolean targetReady;
    private boolean isSynced;
    private long filesDone;
    private long bytesCopied;
    private long bytesCompared;
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
        timer = loop.timer(this::tick);
    }

    /// Begins.
    ///
    /// @param compare whether everything is compared, because the sets do not say what differs
    /// @param dirty parts that differ for certain
    /// @param uncertain parts that may differ, to be compared
    public void begin(boolean compare, BlockSet dirty, BlockSet uncertain) {
        deep = compare || dirty.isEverything() || uncertain.isEverything();
        if (deep) {
            addRoots();
        } else {
            todo.addAll(dirty);
            for (int i = todo.files() - 1; i >= 0; i--) {
                BlockSet.Part part = todo.file(i);
                if (part.hasNames()) {
                    dirs.addNames(part.tree(), part.high(), part.low());
                    todo.removeNames(part);
                }
            }
            addUncertain(uncertain);
        }
        ByteBuffer room = wire.room(Frames.BASE_BYTES);
        Frames.plain(room, FrameType.BEGIN, deep ? Item.MODE_COMPARE : Item.MODE_MAP, joinId);
        wire.flush();
        beganNs = loop.nowNs();
        movedNs = beganNs;
        timer.armNs(1_000_000_000L);
    }

    private void addUncertain(BlockSet uncertain) {
        for (int i = 0; i < uncertain.files(); i++) {
            addUncertain(uncertain.file(i));
        }
    }

    private void addUncertain(BlockSet.Part part) {
        if (part.hasNames()) {
            dirs.addNames(part.tree(), part.high(), part.low());
        }
        todo.addAttributes(part.tree(), part.high(), part.low());
        if (part.isWhole() || part.cut() != BlockSet.NO_CUT) {
            check.addWhole(part.tree(), part.high(), part.low());
            return;
        }
        for (long block = part.nextBlock(0); block >= 0; ) {
            long end = part.runEnd(block, 1L << 50);
            check.addRange(
                    part.tree(),
                    part.high(),
                    part.low(),
                    block << Tracker.BLOCK_SHIFT,
                    (end - block) << Tracker.BLOCK_SHIFT);
            block = part.nextBlock(end);
        }
    }

    /// An operation was applied here: until mirroring begins it makes work, and it spoils what is
    /// being read.
    public void applied(OpView op) {
        for (FileTask task : tasks) {
            task.spoil(op);
        }
        if (phase.compareTo(Phase.MIRRORING) < 0) {
            markTodo(op);
            if (phase == Phase.HOLDING) {
                loop.execute(this::pump);
            }
        }
    }

    private void markTodo(OpView op) {
        Tracker.mark(todo, op);
        if (!op.kind().changesNames()) {
            return;
        }
        moveNames(op.tree(), op.parent());
        if (op.kind() == OpKind.RENAME) {
            moveNames(op.tree(), op.newParent());
        } else if (op.kind() == OpKind.MKDIR) {
            moveNames(op.tree(), op.id());
        }
    }

    private void moveNames(int tree, FileId directory) {
        BlockSet.Part part = todo.find(directory.high(), directory.low());
        if (part != null) {
            todo.removeNames(part);
            dirs.addNames(tree, directory.high(), directory.low());
        }
    }

    /// An operation failed here after the target had received it: copy what it touched.
    public void failedHere(OpView op) {
        markTodo(op);
        if (phase == Phase.FINISHING || phase == Phase.DONE) {
            phase = Phase.MIRRORING;
        }
        loop.execute(this::pump);
    }

    /// Takes a frame of the target.
    ///
    /// @return false when it does not belong to a resynchronisation
    public boolean frame(int type, ByteBuffer buffer, int at) {
        switch (type) {
            case FrameType.BEGUN -> begun();
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

    private void begun() {
        if (phase == Phase.STARTING) {
            phase = Phase.COMPARING;
        }
    }

    /// The target's own sets: what it did or may have done that this node does not know of.
    private void mark(ByteBuffer buffer, int at) {
        if (deep) {
            return;
        }
        int flags = Item.flags(buffer, at);
        int tree = Item.tree(buffer, at);
        FileId id = Item.id(buffer, at);
        if (tree >= trees.size()) {
            deep = true; // says "anything"
            addRoots();
            return;
        }
        BlockSet one = new BlockSet(Tracker.BLOCK_SHIFT);
        one.addAttributes(tree, id.high(), id.low());
        if ((flags & Item.MARK_NAMES) != 0) {
            one.addNames(tree, id.high(), id.low());
        }
        if ((flags & Item.MARK_WHOLE) != 0) {
            one.addWhole(tree, id.high(), id.low());
        } else if ((flags & Item.MARK_RANGE) != 0) {
            long length = Item.body(buffer, at).getLong(0);
            one.addRange(tree, id.high(), id.low(), Item.arg(buffer, at), length);
        }
        addUncertain(one);
    }

    private void addRoots() {
        for (int i = 0; i < trees.size(); i++) {
            FileId root = trees.get(i).rootId();
            dirs.addNames(i, root.high(), root.low());
            todo.addAttributes(i, root.high(), root.low());
        }
    }

    private void done(long frames, long bytes) {
        framesDone = frames;
        bytesDone = bytes;
    }

    private void namesResult(ByteBuffer buffer, int at) {
        namesUnderWay--;
        List<TreeReader.Entry> listing = listings.remove(Item.tag(buffer, at));
        if (listing == null) {
            fail("an answer to names that were not sent");
            return;
        }
        FileId directory = Item.id(buffer, at);
        int tree = Item.tree(buffer, at);
        ByteBuffer body = Item.body(buffer, at);
        for (int count = body.getInt(); count > 0; count--) {
            TreeReader.Entry entry = listing.get(body.getInt());
            namesUnderWay++;
            puts.add(new FileTask.Put(tree, directory, entry));
        }
        filesDone++;
    }

    private void created(ByteBuffer buffer, int at) {
        namesUnderWay--;
        int tree = Item.tree(buffer, at);
        FileId id = Item.id(buffer, at);
        boolean isDirectory = Item.arg(buffer, at) == Stat.S_IFDIR;
        int flags = Item.flags(buffer, at);
        if ((flags & Item.LATER) != 0) {
            later.addNames(tree, id.high(), id.low());
            return;
        }
        placed++;
        if ((flags & Item.MADE) == 0) {
            moved(tree, id, isDirectory);
            return;
        }
        BlockSet.Part part = check.find(id.high(), id.low());
        if (part != null) {
            check.remove(part);
        }
        if (isDirectory) {
            dirs.addNames(tree, id.high(), id.low());
        } else if (Item.arg(buffer, at) == Stat.S_IFREG) {
            fresh.add(id);
            todo.addWhole(tree, id.high(), id.low());
        }
        todo.addAttributes(tree, id.high(), id.low());
    }

    /// The target had the file under another name: in a comparison of everything its turn may have
    /// been missed.
    private void moved(int tree, FileId id, boolean isDirectory) {
        if (!deep) {
            return;
        }
        if (!isDirectory) {
            check.addWhole(tree, id.high(), id.low());
        } else if (!visited.contains(id)) {
            dirs.addNames(tree, id.high(), id.low());
        }
        todo.addAttributes(tree, id.high(), id.low());
    }

    private void differ(ByteBuffer buffer, int at) {
        int shift = Item.flags(buffer, at);
        int tree = Item.tree(buffer, at);
        FileId id = Item.id(buffer, at);
        long offset = Item.arg(buffer, at);
        ByteBuffer body = Item.body(buffer, at);
        for (int i = 0; i < body.remaining() * 8; i++) {
            if ((body.get(i >>> 3) & (1 << (i & 7))) != 0) {
                todo.addRange(tree, id.high(), id.low(), offset + ((long) i << shift), 1L << shift);
            }
        }
    }

    private void ready() {
        targetReady = true;
        finish();
    }

    private void finish() {
        if (phase == Phase.FINISHING && targetReady && isSynced) {
            phase = Phase.DONE;
            host.caughtUp();
        }
    }

    // ---- the work

    /// Does what can be done now; called after every input.
    public void pump() {
        if (phase == Phase.STARTING || phase == Phase.FAILED || wire.isClosed()) {
            return;
        }
        drain();
        while (canWork() && startOne()) {
            drain();
        }
        if (outgoing.isEmpty()) {
            advance();
        }
        wire.flush();
    }

    private void drain() {
        while (!outgoing.isEmpty() && wire.hasRoom()) {
            ByteBuffer frame = outgoing.remove();
            wire.append(frame, 0, frame.limit());
        }
    }

    private boolean canWork() {
        return wire.hasRoom()
                && outgoing.isEmpty()
                && tasks.size() < TASKS_MAX
                && framesSent - framesDone < OUTSTANDING_MAX
                && bytesSent - bytesDone < OUTSTANDING_BYTES_MAX
                && limiter.mayGo(loop.nowNs());
    }

    private boolean startOne() {
        if (!puts.isEmpty()) {
            FileTask.put(this, puts);
            return true;
        }
        boolean full = check.files() > CHECKS_MAX;
        if (!dirs.isEmpty() && !full) {
            BlockSet.Part names = dirs.file(dirs.files() - 1);
            todo.addAttributes(names.tree(), names.high(), names.low());
            namesUnderWay++;
            FileTask.list(this, names.tree(), names.id());
            dirs.remove(names);
            return true;
        }
        if (namesUnderWay > 0) {
            return false; // files wait until it is known which of them are new
        }
        if (!later.isEmpty() && dirs.isEmpty()) {
            return retryNames();
        }
        if (check.files() > 0) {
            return startCheck(check.file(check.files() - 1));
        }
        return startCopy();
    }

    /// Sends directories again whose names had to wait for others: a directory that was moved below
    /// its own former child has to let that child go first. One of the waiting names can always be
    /// put into its place: the topmost directory on the way to the root that lies, on the target,
    /// inside what is to be moved. So a round without any means that the sets lack something.
    private boolean retryNames() {
        fruitless = placed > 0 ? 0 : fruitless + 1;
        placed = 0;
        if (fruitless > FRUITLESS_MAX) {
            fail("directories cannot be brought into their order");
            return false;
        }
        for (int i = 0; i < later.files(); i++) {
            BlockSet.Part part = later.file(i);
            dirs.addNames(part.tree(), part.high(), part.low());
        }
        later.clear();
        if (fruitless > 1 && !deep) {
            deep = true;
            addRoots();
        }
        return true;
    }

    private boolean startCheck(BlockSet.Part part) {
        if (part.isWhole()) {
            check.removeWhole(part);
            FileTask.compareWhole(this, part.tree(), part.id(), 0);
            return true;
        }
        long first = part.nextBlock(0);
        long end = part.runEnd(first, first + FileTask.COMPARE_BLOCKS);
        check.removeBlocks(part, first, end);
        FileTask.compare(this, part.tree(), part.id(), first, end);
        return true;
    }

    private boolean startCopy() {
        for (int i = todo.files() - 1; i >= 0; i--) {
            BlockSet.Part part = todo.file(i);
            if (isBusy(part)) {
                continue;
            }
            startFile(part);
            return true;
        }
        return false;
    }

    private boolean isBusy(BlockSet.Part part) {
        if (part.hasBlocks() || part.isWhole()) {
            return false; // blocks of one file may be read side by side
        }
        for (FileTask task : tasks) {
            if (task.isOf(part)) {
                return true; // attributes come after the data
            }
        }
        return false;
    }

    private void startFile(BlockSet.Part part) {
        int tree = part.tree();
        FileId id = part.id();
        if (part.isWhole()) {
            todo.addAttributes(tree, id.high(), id.low());
            todo.removeWhole(part);
            FileTask.copyWhole(this, tree, id);
        } else if (part.cut() != BlockSet.NO_CUT) {
            long cut = part.cut();
            todo.removeAttributes(part);
            todo.addAttributes(tree, id.high(), id.low());
            sendCut(tree, id, cut);
        } else if (part.hasBlocks()) {
            long first = part.nextBlock(0);
            long end = part.runEnd(first, first + FileTask.COPY_BLOCKS);
            todo.addAttributes(tree, id.high(), id.low());
            todo.removeBlocks(part, first, end);
            FileTask.copy(this, tree, id, first, end);
        } else {
            todo.remove(part);
            FileTask.attributes(this, tree, id);
        }
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

    private boolean isDrained() {
        return tasks.isEmpty()
                && outgoing.isEmpty()
                && namesUnderWay == 0
                && dirs.isEmpty()
                && later.isEmpty()
                && check.isEmpty()
                && framesDone == framesSent;
    }

    private void advance() {
        switch (phase) {
            case COMPARING, COPYING -> {
                phase = check.isEmpty() ? Phase.COPYING : Phase.COMPARING;
                if (isLittleLeft()) {
                    phase = Phase.HOLDING;
                    host.hold(true);
                    loop.execute(this::pump);
                }
            }
            case HOLDING -> {
                // Names and cuts must be equal before operations follow; data and attributes need
                // not be.
                if (isDrained() && todo.wholes() + todo.cuts() == 0 && host.isQuiet()) {
                    mirror();
                }
            }
            case MIRRORING -> {
                if (isDrained() && todo.isEmpty()) {
                    phase = Phase.FINISHING;
                    Frames.plain(wire.room(Frames.BASE_BYTES), FrameType.FINISH, 0, joinId);
                    host.sync(() -> {
                        isSynced = true;
                        finish();
                    });
                }
            }
            case STARTING, FINISHING, DONE, FAILED -> {
                // nothing to do but wait
            }
        }
    }

    /// Tells whether operations may be held until the rest is done: what counts as little grows
    /// with the time it takes, so that a busy application does not keep its peer out for ever.
    private boolean isLittleLeft() {
        long periods = Math.min(8, (loop.nowNs() - beganNs) / PATIENCE_NS);
        long files = Math.min((long) MUCH_FILES, (long) LITTLE_FILES << periods);
        long left =
                (long) dirs.files() + later.files() + todo.wholes() + todo.cuts() + namesUnderWay;
        return left <= files
                && todo.blockBytes() <= LITTLE_BYTES << periods
                && check.isEmpty()
                && compares == 0
                && (!deep || isWalked());
    }

    private boolean isWalked() {
        for (int i = 0; i < dirs.files(); i++) {
            if (!visited.contains(dirs.file(i).id())) {
                return false;
            }
        }
        return namesUnderWay == 0 && later.isEmpty();
    }

    /// Counts comparisons of a whole file under way.
    void comparing(int by) {
        compares += by;
    }

    private void mirror() {
        if (settledAt < 0) {
            settledAt = framesSent;
            Frames.plain(wire.room(Frames.BASE_BYTES), FrameType.SETTLE, 0, joinId);
            framesSent++;
            for (int i = 0; i < trees.size(); i++) {
                FileId root = trees.get(i).rootId(); // settling changes the root's time
                todo.addAttributes(i, root.high(), root.low());
            }
            return;
        }
        long first = host.mirror();
        Frames.plain(wire.room(Frames.BASE_BYTES), FrameType.MIRROR, 0, first);
        phase = Phase.MIRRORING;
        host.hold(false);
        loop.execute(this::pump);
    }

    // ---- what tasks call

    EventLoop loop() {
        return loop;
    }

    Executor worker() {
        return worker;
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

    BlockSet todo() {
        return todo;
    }

    BlockSet dirs() {
        return dirs;
    }

    /// Tells whether the target had to make the file; from the worker too.
    boolean isFresh(FileId id) {
        return fresh.contains(id);
    }

    /// Tells, once for each directory, that its files have to be compared.
    boolean isFirstVisit(FileId directory) {
        return deep && visited.add(directory);
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

    BlockSet check() {
        return check;
    }

    boolean isDeep() {
        return deep;
    }

    boolean isOver() {
        return phase == Phase.FAILED || wire.isClosed();
    }

    void started(FileTask task) {
        tasks.add(task);
    }

    void ended(FileTask task) {
        tasks.remove(task);
    }

    void vanished() {
        namesUnderWay--;
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
        if (phase != Phase.FAILED && phase != Phase.DONE) {
            phase = Phase.FAILED;
            timer.disarm();
            host.failed(reason);
        }
    }

    private void tick() {
        if (phase == Phase.FAILED || phase == Phase.DONE) {
            return;
        }
        long nowNs = loop.nowNs();
        if (nowNs - movedNs > STALL_NS) {
            fail("no progress for 30 s while " + phase);
            return;
        }
        limiter.second(bytesCopied, nowNs);
        timer.armNs(1_000_000_000L);
        pump();
    }

    /// Ends the job without a word: the wire is gone, or the machine dropped the joiner.
    public void cancel() {
        boolean holding = phase == Phase.HOLDING;
        phase = Phase.FAILED;
        timer.disarm();
        if (holding) {
            host.hold(false);
        }
    }

    /// Tells whether the target gets operations, so that a broken wire may be resumed.
    public boolean isMirroring() {
        return phase == Phase.MIRRORING || phase == Phase.FINISHING || phase == Phase.DONE;
    }

    /// Tells how far it is.
    public Progress progress() {
        String words =
                switch (phase) {
                    case STARTING -> "starting";
                    case COMPARING -> deep ? "comparing" : "copying";
                    case COPYING -> "copying";
                    case HOLDING, MIRRORING -> "mirroring";
                    case FINISHING -> "finishing";
                    case DONE, FAILED -> "";
                };
        return new Progress(
                words,
                todo.files() + check.files(),
                todo.blockBytes() + check.blockBytes(),
                filesDone,
                bytesCopied,
                bytesCompared,
                limiter.rate());
    }
}
