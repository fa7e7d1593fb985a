package dev.understudy.core.rfs;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the source of a resynchronisation does next: one moving list of what is still to compare
/// and to copy, fed by the sets at the start and by the application's writes until mirroring
/// begins.
///
/// Pure: equal calls give equal answers; times come in as values. The caller asks [#next] for work
/// as long as it can do some, reports what became of it, and asks [#turn] when it has nothing in
/// hand. Order: names of directories, comparisons, then per file its cut, its data, its attributes.
/// When little is left, operations are held for a moment, names and cuts drained, and from there on
/// operations are mirrored while the remaining data follow. Not thread-safe.
public final class JoinPlan {
    /// Blocks of one [Work.Copy] at most.
    public static final int COPY_BLOCKS = Item.COPY_BYTES_MAX >>> Tracker.BLOCK_SHIFT;

    /// Blocks of one [Work.Compare] at most.
    public static final int COMPARE_BLOCKS = 256;

    private static final long LITTLE_BYTES = 64L << 20;
    private static final int LITTLE_FILES = 64;
    private static final int MUCH_FILES = 16 * 1024;
    private static final long PATIENCE_NS = 4_000_000_000L;
    private static final int LISTED_MAX = 20_000;
    private static final int LISTINGS_MAX = 16;
    private static final int FRUITLESS_MAX = 1000;

    /// One piece of work; what it covers has left the list.
    public sealed interface Work {
        /// Ordinal of the replicated directory.
        int tree();

        /// Id of the file or directory.
        FileId id();

        /// List a directory and send its names.
        record Names(int tree, FileId id) implements Work {}

        /// Send hashes of blocks, `end` exclusive.
        record Compare(int tree, FileId id, long first, long end) implements Work {}

        /// Send hashes of all of a file, piece by piece.
        record CompareWhole(int tree, FileId id) implements Work {}

        /// Find out which ranges a file has and give them to [#copyRanges].
        record CopyWhole(int tree, FileId id) implements Work {}

        /// Say that the file was as short as `size` bytes meanwhile.
        record Cut(int tree, FileId id, long size) implements Work {}

        /// Send blocks, `end` exclusive.
        record Copy(int tree, FileId id, long first, long end) implements Work {}

        /// Send size, owner, mode, times and extended attributes.
        record Attributes(int tree, FileId id) implements Work {}
    }

    /// What happens when nothing is in hand.
    public enum Turn {
        /// Nothing yet.
        NOTHING,
        /// Hold operations.
        HOLD,
        /// Say that all names are sent; ask again.
        SETTLE,
        /// Begin mirroring and let operations go on.
        MIRROR,
        /// Make everything durable on both sides.
        FINISH,
        /// It cannot come to an end: the directories cannot be brought into their order.
        FAIL
    }

    private final List<FileId> roots;
    private final BlockSet todo = new BlockSet(Tracker.BLOCK_SHIFT);
    private final BlockSet dirs = new BlockSet(Tracker.BLOCK_SHIFT);
    private final BlockSet folders = new BlockSet(Tracker.BLOCK_SHIFT);
    private final BlockSet check = new BlockSet(Tracker.BLOCK_SHIFT);
    private final BlockSet later = new BlockSet(Tracker.BLOCK_SHIFT);
    private final List<Reading> readings = new ArrayList<>();
    private final Set<FileId> visited = new HashSet<>();
    private final Set<FileId> fresh = new HashSet<>();
    private JoinPhase phase = JoinPhase.STARTING;
    private long beganNs;
    private boolean deep;
    private boolean settled;
    private int namesUnderWay;
    private int listings;
    private int comparesUnderWay;
    private long placed;
    private int fruitless;
    private int finishes;
    private int readies;
    private int syncs;

    /// Makes a plan that waits for [#begin].
    ///
    /// @param roots ids of the replicated directories, by ordinal
    public JoinPlan(List<FileId> roots) {
        this.roots = List.copyOf(roots);
    }

    /// Begins.
    ///
    /// @param compare whether everything is compared, because the sets do not say what differs
    /// @param dirty parts that differ for certain
    /// @param uncertain parts that may differ, to be compared
    public void begin(boolean compare, BlockSet dirty, BlockSet uncertain, long nowNs) {
        beganNs = nowNs;
        if (compare || dirty.isEverything() || uncertain.isEverything()) {
            compareAll();
            return;
        }
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

    private void compareAll() {
        deep = true;
        for (int i = 0; i < roots.size(); i++) {
            FileId root = roots.get(i);
            dirs.addNames(i, root.high(), root.low());
        }
    }

    private void addUncertain(BlockSet uncertain) {
        for (int i = 0; i < uncertain.files(); i++) {
            addUncertain(uncertain.file(i));
        }
    }

    private void addUncertain(BlockSet.Part part) {
        int tree = part.tree();
        if (part.hasNames()) {
            dirs.addNames(tree, part.high(), part.low());
        }
        todo.addAttributes(tree, part.high(), part.low());
        if (part.isWhole() || part.cut() != BlockSet.NO_CUT) {
            check.addWhole(tree, part.high(), part.low());
            return;
        }
        for (long block = part.nextBlock(0); block >= 0; ) {
            long end = part.runEnd(block, 1L << 50);
            check.addRange(
                    tree,
                    part.high(),
                    part.low(),
                    block << Tracker.BLOCK_SHIFT,
                    (end - block) << Tracker.BLOCK_SHIFT);
            block = part.nextBlock(end);
        }
    }

    // ---- what the target says

    /// A part that the target did or may have done by itself.
    ///
    /// @param flags bits `MARK_` of [Item]
    public void targetMark(int tree, FileId id, int flags, long offset, long length) {
        if (deep) {
            return;
        }
        if (tree >= roots.size()) {
            compareAll(); // says "anything"
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
            one.addRange(tree, id.high(), id.low(), offset, length);
        }
        addUncertain(one);
    }

    /// The target has told all its marks and takes work.
    public void targetBegun() {
        if (phase == JoinPhase.STARTING) {
            phase = JoinPhase.COMPARING;
        }
    }

    /// Answers [Work.Names]: the directory was sent.
    ///
    /// @param lacking names that the target lacks; each is put and ends in [#placed] or [#putGone]
    public void namesAnswered(int lacking) {
        namesUnderWay += lacking - 1;
        listings--;
    }

    /// Answers [Work.Names]: the directory is gone; its parent's names say so.
    public void namesGone() {
        namesUnderWay--;
        listings--;
    }

    /// A file that was to be put is gone.
    public void putGone() {
        namesUnderWay--;
    }

    /// The target put a name, or could not do so yet.
    ///
    /// @param id of the file; with LATER of the directory that has to be sent again
    /// @param flags MADE, LATER or ADOPTED of [Item], or 0
    public void placed(int tree, FileId id, int flags, boolean isDirectory, boolean isRegular) {
        namesUnderWay--;
        if ((flags & Item.LATER) != 0) {
            later.addNames(tree, id.high(), id.low());
            return;
        }
        placed++;
        if ((flags & Item.ADOPTED) != 0) {
            adopted(tree, id, isDirectory, isRegular);
            return;
        }
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
            return;
        }
        if (isRegular) {
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
            todo.addAttributes(tree, id.high(), id.low());
        } else if (!visited.contains(id)) {
            dirs.addNames(tree, id.high(), id.low());
        }
    }

    /// The target did not know the file by this id before: what was asked of it came too early.
    private void adopted(int tree, FileId id, boolean isDirectory, boolean isRegular) {
        if (isDirectory) {
            dirs.addNames(tree, id.high(), id.low());
            return;
        }
        if (isRegular) {
            check.addWhole(tree, id.high(), id.low());
        }
        todo.addAttributes(tree, id.high(), id.low());
    }

    /// A range differs.
    public void differs(int tree, FileId id, long offset, long length) {
        todo.addRange(tree, id.high(), id.low(), offset, length);
    }

    /// The target is durable; answers one FINISH.
    public void targetReady() {
        readies++;
    }

    /// This side is durable; answers one FINISH.
    public void synced() {
        syncs++;
    }

    /// Tells, once, that both sides are durable and nothing came in between.
    public boolean isComplete() {
        if (phase == JoinPhase.FINISHING && readies == finishes && syncs == finishes) {
            phase = JoinPhase.DONE;
            return true;
        }
        return false;
    }

    // ---- what the application does

    /// An operation was applied here: until mirroring begins it makes work, and it spoils what is
    /// being read.
    public void applied(OpView op) {
        for (Reading reading : readings) {
            reading.spoil(op);
        }
        if (phase.compareTo(JoinPhase.MIRRORING) < 0) {
            add(op);
        }
    }

    private void add(OpView op) {
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
        add(op);
        if (phase == JoinPhase.FINISHING || phase == JoinPhase.DONE) {
            phase = JoinPhase.MIRRORING;
        }
    }

    // ---- the work

    /// Gives the next piece of work, or null when none can be begun now.
    ///
    /// A tree of any size is walked in portions: when enough files are known to be worked on, they
    /// come before the next directory. What a directory itself is like comes after all names, which
    /// change its time.
    public @Nullable Work next() {
        boolean much = check.files() + (deep ? todo.files() : 0) > LISTED_MAX;
        if (!dirs.isEmpty() && !much) {
            return listings < LISTINGS_MAX ? names() : null;
        }
        if (namesUnderWay > 0) {
            return null; // files wait until it is known which of them are new
        }
        if (!later.isEmpty() && dirs.isEmpty()) {
            retryNames();
            return next();
        }
        if (check.files() > 0) {
            return comparison(check.file(check.files() - 1));
        }
        if (phase == JoinPhase.HOLDING && todo.wholes() + todo.cuts() == 0) {
            return null; // the application waits, the rest follows
        }
        Work work = copyOf(todo);
        if (work == null && !dirs.isEmpty()) {
            return listings < LISTINGS_MAX ? names() : null;
        }
        return work == null ? copyOf(folders) : work;
    }

    private Work names() {
        BlockSet.Part names = dirs.file(dirs.files() - 1);
        folders.addAttributes(names.tree(), names.high(), names.low());
        namesUnderWay++;
        listings++;
        dirs.remove(names);
        return new Work.Names(names.tree(), names.id());
    }

    private @Nullable Work copyOf(BlockSet set) {
        for (int i = set.files() - 1; i >= 0; i--) {
            BlockSet.Part part = set.file(i);
            if (!isBusy(part) && !mayFollow(part)) {
                return copy(set, part);
            }
        }
        return null;
    }

    /// Sends directories again whose names had to wait for others: a directory that was moved below
    /// its own former child has to let that child go first. One of the waiting names can always be
    /// put into its place: the topmost directory on the way to the root that lies, on the target,
    /// inside what is to be moved. So a round without any means that the sets lack something.
    private void retryNames() {
        fruitless = placed > 0 ? 0 : fruitless + 1;
        placed = 0;
        for (int i = 0; i < later.files(); i++) {
            BlockSet.Part part = later.file(i);
            dirs.addNames(part.tree(), part.high(), part.low());
        }
        later.clear();
        if (fruitless > 1 && !deep) {
            compareAll();
        }
    }

    private Work comparison(BlockSet.Part part) {
        if (part.isWhole()) {
            check.removeWhole(part);
            return new Work.CompareWhole(part.tree(), part.id());
        }
        long first = part.nextBlock(0);
        long end = part.runEnd(first, first + COMPARE_BLOCKS);
        check.removeBlocks(part, first, end);
        return new Work.Compare(part.tree(), part.id(), first, end);
    }

    private boolean isBusy(BlockSet.Part part) {
        if (part.hasBlocks() || part.isWhole()) {
            return false; // blocks of one file may be read side by side
        }
        for (Reading reading : readings) {
            if (reading.isOf(part)) {
                return true; // attributes come after the data
            }
        }
        return false;
    }

    /// While operations are held, only what has to be equal before mirroring is done: the
    /// application waits, the rest follows.
    private boolean mayFollow(BlockSet.Part part) {
        return phase == JoinPhase.HOLDING && !part.isWhole() && part.cut() == BlockSet.NO_CUT;
    }

    private static Work copy(BlockSet todo, BlockSet.Part part) {
        int tree = part.tree();
        FileId id = part.id();
        if (part.isWhole()) {
            todo.addAttributes(tree, id.high(), id.low());
            todo.removeWhole(part);
            return new Work.CopyWhole(tree, id);
        }
        if (part.cut() != BlockSet.NO_CUT) {
            long cut = part.cut();
            todo.removeAttributes(part);
            todo.addAttributes(tree, id.high(), id.low());
            return new Work.Cut(tree, id, cut);
        }
        if (part.hasBlocks()) {
            long first = part.nextBlock(0);
            long end = part.runEnd(first, first + COPY_BLOCKS);
            todo.addAttributes(tree, id.high(), id.low());
            todo.removeBlocks(part, first, end);
            return new Work.Copy(tree, id, first, end);
        }
        todo.remove(part);
        return new Work.Attributes(tree, id);
    }

    /// Begins to read something for a piece of work.
    ///
    /// @param firstByte of the range, -1 for everything of the file
    /// @param endByte exclusive
    public Reading read(int tree, FileId id, long firstByte, long endByte) {
        Reading reading = new Reading(tree, id, firstByte, endByte);
        readings.add(reading);
        return reading;
    }

    /// Ends a reading.
    public void readEnded(Reading reading) {
        readings.remove(reading);
    }

    /// Returns how many readings are under way.
    public int readings() {
        return readings.size();
    }

    /// Puts blocks back that were spoiled while they were read.
    public void copyAgain(int tree, FileId id, long offset, long length) {
        todo.addRange(tree, id.high(), id.low(), offset, length);
        todo.addAttributes(tree, id.high(), id.low());
    }

    /// Puts a file back that the target had to make and that was spoiled while it was read whole.
    public void copyWholeAgain(int tree, FileId id) {
        fresh.add(id);
        todo.addWhole(tree, id.high(), id.low());
        todo.addAttributes(tree, id.high(), id.low());
    }

    /// Puts attributes back that were spoiled while they were read.
    public void attributesAgain(int tree, FileId id) {
        todo.addAttributes(tree, id.high(), id.low());
    }

    /// A file that counted as a whole was sent whole, its attributes with it, and nothing came in
    /// between.
    public void copied(int tree, FileId id) {
        BlockSet.Part part = todo.find(id.high(), id.low());
        if (part != null && part.tree() == tree && hasAttributesAlone(part)) {
            todo.remove(part);
        }
    }

    private static boolean hasAttributesAlone(BlockSet.Part part) {
        return !part.isWhole()
                && !part.hasBlocks()
                && !part.hasNames()
                && part.cut() == BlockSet.NO_CUT;
    }

    /// Adds the ranges of a file that counted as a whole.
    public void copyRanges(BlockSet ranges) {
        todo.addAll(ranges);
    }

    /// Notes, once for each directory of a comparison of everything, that its files come next.
    ///
    /// @return whether [#visit] is to be called for each of them
    public boolean isFirstVisit(FileId directory) {
        return deep && visited.add(directory);
    }

    /// A comparison of everything met a file.
    public void visit(int tree, FileId id, boolean isDirectory, boolean isRegular) {
        if (isDirectory) {
            dirs.addNames(tree, id.high(), id.low());
            return;
        }
        todo.addAttributes(tree, id.high(), id.low());
        if (isRegular) {
            check.addWhole(tree, id.high(), id.low());
        }
    }

    /// Counts comparisons of whole files under way.
    public void comparing(int by) {
        comparesUnderWay += by;
    }

    /// Tells, once, whether the target had to make the file.
    public boolean takeFresh(FileId id) {
        return fresh.remove(id);
    }

    // ---- turns

    /// Decides what follows, asked when no work can be begun.
    ///
    /// @param isWireQuiet everything was sent and the target has done it
    /// @param isApplyQuiet no operation is just being applied
    public Turn turn(long nowNs, boolean isWireQuiet, boolean isApplyQuiet) {
        if (fruitless > FRUITLESS_MAX) {
            return Turn.FAIL;
        }
        boolean drained = isWireQuiet && isDrained();
        switch (phase) {
            case COMPARING, COPYING -> {
                phase = check.isEmpty() ? JoinPhase.COPYING : JoinPhase.COMPARING;
                if (isLittleLeft(nowNs)) {
                    phase = JoinPhase.HOLDING;
                    return Turn.HOLD;
                }
            }
            case HOLDING -> {
                // Names and cuts must be equal before operations follow; data and attributes need
                // not be.
                if (drained && todo.wholes() + todo.cuts() == 0 && isApplyQuiet) {
                    return mirror();
                }
            }
            case MIRRORING -> {
                if (drained && todo.isEmpty() && folders.isEmpty()) {
                    phase = JoinPhase.FINISHING;
                    finishes++;
                    return Turn.FINISH;
                }
            }
            case STARTING, FINISHING, DONE, FAILED -> {
                // nothing to do but wait
            }
        }
        return Turn.NOTHING;
    }

    private Turn mirror() {
        if (settled) {
            phase = JoinPhase.MIRRORING;
            return Turn.MIRROR;
        }
        settled = true;
        for (int i = 0; i < roots.size(); i++) {
            FileId root = roots.get(i); // settling changes the root's time
            folders.addAttributes(i, root.high(), root.low());
        }
        return Turn.SETTLE;
    }

    private boolean isDrained() {
        return readings.isEmpty()
                && namesUnderWay == 0
                && dirs.isEmpty()
                && later.isEmpty()
                && check.isEmpty();
    }

    /// Tells whether operations may be held until the rest is done: what counts as little grows
    /// with the time it takes, so that a busy application does not keep its peer out for ever.
    private boolean isLittleLeft(long nowNs) {
        long periods = Math.min(8, (nowNs - beganNs) / PATIENCE_NS);
        long files = Math.min((long) MUCH_FILES, (long) LITTLE_FILES << periods);
        long left =
                (long) dirs.files() + later.files() + todo.wholes() + todo.cuts() + namesUnderWay;
        return left <= files
                && todo.blockBytes() <= LITTLE_BYTES << periods
                && check.isEmpty()
                && comparesUnderWay == 0
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

    /// Gives up.
    public void fail() {
        phase = JoinPhase.FAILED;
    }

    // ---- numbers

    /// Returns where it stands.
    public JoinPhase phase() {
        return phase;
    }

    /// Tells whether everything is compared.
    public boolean isDeep() {
        return deep;
    }

    /// Returns files and directories still to look at.
    public long filesLeft() {
        return (long) todo.files() + folders.files() + check.files() + dirs.files() + later.files();
    }

    /// Returns bytes of marked blocks still to compare or to copy; whole files are not in it.
    public long bytesLeft() {
        return todo.blockBytes() + check.blockBytes();
    }
}
