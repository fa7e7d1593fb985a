package dev.understudy.node.rfs;

import dev.understudy.core.member.HaException;
import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.Item;
import dev.understudy.core.rfs.OpView;
import dev.understudy.core.rfs.Tracker;
import dev.understudy.node.rfs.meta.DirtyJournal;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/// The sets of what may differ from the peer, in memory and on disk, kept in step.
final class Marks {
    private final Tracker tracker = new Tracker();
    private final BlockSet walked = new BlockSet(Tracker.BLOCK_SHIFT);
    private final BlockSet uncertain = new BlockSet(Tracker.BLOCK_SHIFT);
    private final DirtyJournal journal;
    private final Executor pool;
    private final Executor loop;
    private final Runnable onForced;
    private final ArrayDeque<Awaiting> awaiting = new ArrayDeque<>();
    private boolean forcing;

    /// @param pool runs what waits for the disk
    /// @param loop the module's loop
    /// @param onForced called on the loop when more marks are durable
    Marks(DirtyJournal journal, Executor pool, Executor loop, Runnable onForced) {
        this.journal = journal;
        this.pool = pool;
        this.loop = loop;
        this.onForced = onForced;
        uncertain.addAll(journal.loaded());
    }

    Tracker tracker() {
        return tracker;
    }

    DirtyJournal journal() {
        return journal;
    }

    /// Marks an operation that is announced or received.
    void mark(OpView op) {
        tracker.mark(op);
        try {
            if (journal.mark(op)) {
                journal.write();
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    static HaException broken(IOException e) {
        return new HaException(
                "HA-3301",
                "cannot record what changed: " + e.getMessage(),
                e,
                "see to the disk that holds the state folder");
    }

    /// Marks parts that a resynchronisation is about to change.
    ///
    /// @param flags bits `MARK_` of [Item]
    void mark(int tree, FileId id, int flags, long offset, long length) {
        BlockSet set = tracker.current();
        boolean grew = (flags & Item.MARK_WHOLE) != 0 && set.addWhole(tree, id.high(), id.low());
        if ((flags & Item.MARK_RANGE) != 0) {
            grew |= set.addRange(tree, id.high(), id.low(), offset, length);
        }
        if ((flags & Item.MARK_ATTRIBUTES) != 0) {
            grew |= set.addAttributes(tree, id.high(), id.low());
        }
        if ((flags & Item.MARK_NAMES) != 0) {
            grew |= set.addNames(tree, id.high(), id.low());
        }
        if (grew) {
            try {
                journal.mark(tree, id, flags, offset, length);
                journal.write();
            } catch (IOException e) {
                throw broken(e);
            }
        }
    }

    /// Returns what the journal held at the start and what a walk found: to be compared, as nobody
    /// knows it block by block.
    BlockSet uncertain() {
        return uncertain;
    }

    /// Returns what a walk found alone: no peer knows of it.
    BlockSet walked() {
        return walked;
    }

    /// Adds what a walk found.
    void addUncertain(BlockSet found) {
        uncertain.addAll(found);
        walked.addAll(found);
        try {
            journal.keep(found);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /// Tells whether nothing of a file or directory has changed since it was last durable on both
    /// nodes.
    boolean isDurable(long high, long low) {
        return !tracker.holds(high, low)
                && !uncertain.isEverything()
                && uncertain.find(high, low) == null;
    }

    /// Tells whether nothing can differ.
    boolean isEmpty() {
        return tracker.isEmpty() && uncertain.isEmpty();
    }

    /// Tells whether all marks are durable.
    boolean isForced() {
        return journal.forced() == journal.appended();
    }

    /// Runs `done` on the loop as soon as every mark made so far is durable.
    void whenForced(Runnable done) {
        if (isForced()) {
            done.run();
            return;
        }
        awaiting.add(new Awaiting(journal.appended(), done));
        force();
    }

    /// Work that waits for the first `marks` marks to be durable.
    private record Awaiting(long marks, Runnable work) {}

    /// Begins to make all marks durable, unless that is under way.
    void force() {
        if (forcing || isForced()) {
            return;
        }
        forcing = true;
        long upTo = journal.appended();
        pool.execute(() -> {
            IOException failure = null;
            try {
                journal.force(upTo);
            } catch (IOException e) {
                failure = e;
            }
            IOException result = failure;
            loop.execute(() -> forced(result));
        });
    }

    private void forced(@org.jspecify.annotations.Nullable IOException failure) {
        forcing = false;
        if (failure != null) {
            throw broken(failure);
        }
        while (!awaiting.isEmpty() && awaiting.peek().marks() <= journal.forced()) {
            awaiting.remove().work().run();
        }
        if (!awaiting.isEmpty()) {
            force();
        }
        onForced.run();
    }

    boolean beginPoint(long seq) {
        if (!tracker.beginPoint(seq)) {
            return false;
        }
        journal.beginPoint();
        return true;
    }

    void completePoint(long seq) {
        if (tracker.completePoint(seq)) {
            walked.clear();
            uncertain.clear(); // compared by the resynchronisation before the first point
            try {
                journal.completePoint();
            } catch (IOException e) {
                throw broken(e);
            }
        }
    }

    void abandonPoint() {
        if (tracker.pointSeq() >= 0) {
            tracker.abandonPoint();
            try {
                journal.abandonPoint();
            } catch (IOException e) {
                throw broken(e);
            }
        }
    }
}
