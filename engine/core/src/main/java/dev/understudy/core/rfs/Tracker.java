package dev.understudy.core.rfs;

/// What may differ between the two nodes: dirty map, unconfirmed set and hot set in one.
///
/// Filled at announce (primary) and at receipt (secondary). Only a durable point on **both** nodes
/// takes anything out, and only what was in before that point began: marks go to the current half;
/// a point closes that half and opens a new one; when the point is complete the closed half is
/// empty. A failed point gives its half back. Not thread-safe.
public final class Tracker {
    /// Log2 of the bytes of a tracked block.
    public static final int BLOCK_SHIFT = 12;

    private BlockSet current;
    private BlockSet closing;
    private long pointSeq = -1;

    /// Makes an empty tracker.
    public Tracker() {
        this(BlockSet.FILES_MAX);
    }

    /// Makes an empty tracker with its own limit.
    ///
    /// @param filesMax files and directories before everything counts
    public Tracker(int filesMax) {
        current = new BlockSet(BLOCK_SHIFT, filesMax);
        closing = new BlockSet(BLOCK_SHIFT, filesMax);
    }

    /// Marks what an operation touches.
    ///
    /// @return whether anything is marked that the current half did not hold
    public boolean mark(OpView op) {
        return mark(current, op);
    }

    /// Marks what an operation touches in any set.
    @SuppressWarnings("ShortCircuitBoolean") // every part has to be added
    public static boolean mark(BlockSet set, OpView op) {
        int tree = op.tree();
        long high = op.idHigh();
        long low = op.idLow();
        return switch (op.kind()) {
            case WRITE ->
                    set.addRange(tree, high, low, op.arg(), op.dataLength())
                            | set.addAttributes(tree, high, low);
            case CREATE, MKNOD, SYMLINK ->
                    names(set, tree, op.parent())
                            | set.addWhole(tree, high, low)
                            | set.addAttributes(tree, high, low);
            case MKDIR ->
                    names(set, tree, op.parent())
                            | set.addNames(tree, high, low)
                            | set.addAttributes(tree, high, low);
            case TMPFILE -> set.addWhole(tree, high, low) | set.addAttributes(tree, high, low);
            case UNLINK, RMDIR -> names(set, tree, op.parent());
            // A new name changes the file's own attributes too (ctime): a sync of it has to wait.
            case LINK -> names(set, tree, op.parent()) | set.addAttributes(tree, high, low);
            case RENAME ->
                    names(set, tree, op.parent())
                            | names(set, tree, op.newParent())
                            | set.addAttributes(tree, high, low);
            case SETATTR ->
                    set.addAttributes(tree, high, low)
                            | ((op.mask() & Op.SET_SIZE) != 0
                                    && set.addCut(tree, high, low, op.arg()));
            case SETXATTR, REMOVEXATTR, TIMES -> set.addAttributes(tree, high, low);
            case FALLOCATE ->
                    set.addRange(tree, high, low, op.arg(), changedBytes(op))
                            | set.addAttributes(tree, high, low);
            case SYNC, RELEASE -> false;
        };
    }

    @SuppressWarnings("ShortCircuitBoolean")
    private static boolean names(BlockSet set, int tree, FileId directory) {
        // A directory's own times change with its names.
        return set.addNames(tree, directory.high(), directory.low())
                | set.addAttributes(tree, directory.high(), directory.low());
    }

    /// FALLOC_FL_PUNCH_HOLE = 2 and FALLOC_FL_ZERO_RANGE = 0x10 change data, plain allocation
    /// changes none (linux/falloc.h).
    private static long changedBytes(OpView op) {
        return (op.allocationMode() & (2 | 0x10)) != 0 ? op.allocationLength() : 0;
    }

    /// Adds what another set holds, for example one read from a journal.
    public void add(BlockSet set) {
        current.addAll(set);
    }

    /// Declares that anything may differ.
    public void addEverything() {
        current.addEverything();
    }

    /// Returns the half that takes new marks, for adding single parts.
    public BlockSet current() {
        return current;
    }

    /// Begins a durable point.
    ///
    /// @param seq every operation up to here is inside the point
    /// @return false when another point is under way; nothing changed
    public boolean beginPoint(long seq) {
        if (pointSeq >= 0) {
            return false;
        }
        BlockSet empty = closing;
        closing = current;
        current = empty;
        pointSeq = seq;
        return true;
    }

    /// Returns the sequence number of the point under way, or -1.
    public long pointSeq() {
        return pointSeq;
    }

    /// Ends the point under way: everything up to it is durable on both nodes.
    ///
    /// @return false when `seq` is not the point under way; nothing changed
    public boolean completePoint(long seq) {
        if (pointSeq < 0 || seq != pointSeq) {
            return false;
        }
        closing.clear();
        pointSeq = -1;
        return true;
    }

    /// Gives up the point under way, if any: its half counts on.
    public void abandonPoint() {
        if (pointSeq < 0) {
            return;
        }
        closing.addAll(current);
        BlockSet empty = current;
        empty.clear();
        current = closing;
        closing = empty;
        pointSeq = -1;
    }

    /// Tells whether anything of a file or directory may differ.
    public boolean holds(long high, long low) {
        return current.isEverything()
                || closing.isEverything()
                || current.find(high, low) != null
                || closing.find(high, low) != null;
    }

    /// Tells whether nothing can differ.
    public boolean isEmpty() {
        return current.isEmpty() && closing.isEmpty();
    }

    /// Tells whether a point would take anything out.
    public boolean hasCurrent() {
        return !current.isEmpty();
    }

    /// Returns everything that may differ, as a set of its own.
    public BlockSet all() {
        BlockSet all = new BlockSet(BLOCK_SHIFT);
        all.addAll(closing);
        all.addAll(current);
        return all;
    }

    /// Returns the number of files that may differ (a file in both halves counts twice).
    public int files() {
        return current.files() + closing.files();
    }

    /// Returns the bytes of marked blocks; whole files are not in it.
    public long blockBytes() {
        return current.blockBytes() + closing.blockBytes();
    }
}
