package dev.understudy.node.rfs.meta;

import dev.understudy.core.member.Generation;
import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.Item;
import dev.understudy.core.rfs.OpView;
import dev.understudy.core.rfs.Tracker;
import dev.understudy.node.store.SlotFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The tracker's shadow on disk, in extents of 1 MiB: hot-set journal while there is a peer, dirty
/// map while there is none.
///
/// Marks are handed to the kernel when they are made, which survives the death of this process;
/// [#force] makes them durable, which survives a loss of power. Two halves follow the tracker's:
/// marks go to one, a durable point empties the other. Belongs to the module's loop; only [#force]
/// may run elsewhere.
public final class DirtyJournal implements AutoCloseable {
    static final int EXTENT_SHIFT = 20;

    private static final int FORMAT = 1;

    /// What the journal is worth after opening.
    public enum Worth {
        /// There was none.
        FRESH,
        /// It holds everything that may differ.
        PROVEN,
        /// The machine lost power, or bytes are damaged: anything may differ.
        UNPROVEN
    }

    private final SlotFile state;
    private final JournalHalf[] halves = new JournalHalf[2];
    private final BlockSet[] covered = {new BlockSet(EXTENT_SHIFT), new BlockSet(EXTENT_SHIFT)};
    private final BlockSet loaded = new BlockSet(Tracker.BLOCK_SHIFT);
    private final String bootId;
    private Worth worth = Worth.FRESH;
    private int current;
    private long appended;
    private volatile long forced;
    private boolean complete;
    private Generation own = Generation.NONE;
    private Generation base = Generation.NONE;

    private DirtyJournal(SlotFile state, String bootId) {
        this.state = state;
        this.bootId = bootId;
    }

    /// Opens the journal of a module, creating it if there is none.
    ///
    /// @param folder its folder, created if missing
    /// @param bootId of the machine's present boot
    public static DirtyJournal open(Path folder, String bootId) throws IOException {
        Files.createDirectories(folder);
        DirtyJournal journal = new DirtyJournal(SlotFile.open(folder.resolve("dirty")), bootId);
        try {
            journal.load(folder);
            return journal;
        } catch (IOException | RuntimeException e) {
            journal.close();
            throw e;
        }
    }

    private void load(Path folder) throws IOException {
        boolean known = Files.exists(folder.resolve("dirty.0"));
        boolean second = Files.exists(folder.resolve("dirty.1"));
        boolean[] damaged = new boolean[1];
        for (int i = 0; i < 2; i++) {
            halves[i] = JournalHalf.open(folder.resolve("dirty." + i), loaded, damaged);
        }
        SlotFile.syncFolder(folder);
        byte[] record = state.read();
        if (record == null && !state.lost() && !known) {
            worth = Worth.FRESH;
        } else {
            boolean sameBoot = record != null && readState(record);
            worth =
                    !damaged[0] && known && second && (sameBoot || complete)
                            ? Worth.PROVEN
                            : Worth.UNPROVEN;
        }
        if (worth == Worth.UNPROVEN) {
            loaded.addEverything();
        }
        // Both halves go on as one: what was read is written again into the current one.
        for (int i = 0; i < 2; i++) {
            covered[i].clear();
        }
        keep(loaded);
        halves[1 - current].clear();
        force();
        writeState();
    }

    private boolean readState(byte[] record) {
        ByteBuffer in = ByteBuffer.wrap(record);
        if (in.remaining() < 26 || in.getInt() != FORMAT) {
            return false;
        }
        complete = in.get() == 1;
        own = new Generation(in.getLong());
        base = new Generation(in.getLong());
        current = in.get() & 1;
        byte[] boot = new byte[in.getInt()];
        if (boot.length > in.remaining()) {
            return false;
        }
        in.get(boot);
        return bootId.equals(new String(boot, StandardCharsets.US_ASCII));
    }

    private void writeState() throws IOException {
        byte[] boot = bootId.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer out = ByteBuffer.allocate(26 + boot.length);
        out.putInt(FORMAT).put((byte) (complete ? 1 : 0));
        out.putLong(own.value()).putLong(base.value()).put((byte) current);
        out.putInt(boot.length).put(boot);
        state.write(out.array());
    }

    /// Tells what the journal was worth when it was opened.
    public Worth worth() {
        return worth;
    }

    /// Gives what it held when it was opened, for the tracker.
    public BlockSet loaded() {
        return loaded;
    }

    /// Returns the generation of the own copy.
    public Generation generation() {
        return own;
    }

    /// Returns the generation at which both copies were equal; the marks count against it.
    public Generation base() {
        return base;
    }

    /// Tells whether the dirty map is complete and durable, and stays so.
    public boolean isComplete() {
        return complete;
    }

    /// Sets generations; durable on return.
    public void generations(Generation own, Generation base) throws IOException {
        if (!own.equals(this.own) || !base.equals(this.base)) {
            this.own = own;
            this.base = base;
            writeState();
        }
    }

    /// Says that from now on marks are not durable before what they stand for; durable on return.
    public void paired() throws IOException {
        if (complete) {
            complete = false;
            writeState();
        }
    }

    /// Makes every mark durable and says so on disk.
    public void seal() throws IOException {
        force();
        complete = true;
        writeState();
    }

    /// Marks what an operation touches, in extents.
    ///
    /// @return whether marks were added; they are with the kernel after [#write]
    public boolean mark(OpView op) throws IOException {
        BlockSet set = covered[current];
        if (!Tracker.mark(set, op)) {
            return false;
        }
        appendParts(op);
        return true;
    }

    /// Marks parts that no operation stands for.
    ///
    /// @param flags bits `MARK_` of [Item]
    public void mark(int tree, FileId id, int flags, long offset, long length) throws IOException {
        BlockSet set = covered[current];
        boolean grew = (flags & Item.MARK_WHOLE) != 0 && set.addWhole(tree, id.high(), id.low());
        boolean range = (flags & Item.MARK_RANGE) != 0;
        if (range) {
            grew |= set.addRange(tree, id.high(), id.low(), offset, length);
        }
        if ((flags & Item.MARK_ATTRIBUTES) != 0) {
            grew |= set.addAttributes(tree, id.high(), id.low());
        }
        if ((flags & Item.MARK_NAMES) != 0) {
            grew |= set.addNames(tree, id.high(), id.low());
        }
        if (grew) {
            appendPart(set.find(id.high(), id.low()), offset, range ? length : 0);
            if (set.isEverything()) {
                append(JournalHalf.EVERYTHING, 0, 0, 0, 0, 0);
            }
        }
    }

    private void appendParts(OpView op) throws IOException {
        appendPart(covered[current].find(op.idHigh(), op.idLow()), op.arg(), spanOf(op));
        if (op.kind().changesNames()) {
            appendPart(covered[current].find(op.parent().high(), op.parent().low()), 0, 0);
        }
        if (op.kind() == dev.understudy.core.rfs.OpKind.RENAME) {
            appendPart(covered[current].find(op.newParent().high(), op.newParent().low()), 0, 0);
        }
        if (covered[current].isEverything()) {
            append(JournalHalf.EVERYTHING, 0, 0, 0, 0, 0);
        }
    }

    private static long spanOf(OpView op) {
        return switch (op.kind()) {
            case WRITE -> op.dataLength();
            case FALLOCATE -> op.allocationLength();
            default -> 0;
        };
    }

    private void appendPart(
            BlockSet.@org.jspecify.annotations.Nullable Part part, long at, long span)
            throws IOException {
        if (part == null) {
            return;
        }
        if (part.isWhole()) {
            append(JournalHalf.WHOLE, part, 0, 0);
        } else if (part.hasBlocks() && span > 0) {
            long first = at >>> EXTENT_SHIFT;
            append(JournalHalf.RANGE, part, first, ((at + span - 1) >>> EXTENT_SHIFT) - first + 1);
        }
        if (part.hasAttributes()) {
            append(JournalHalf.ATTRIBUTES, part, 0, 0);
        }
        if (part.hasNames()) {
            append(JournalHalf.NAMES, part, 0, 0);
        }
        if (part.cut() != BlockSet.NO_CUT) {
            append(JournalHalf.CUT, part, part.cut() & 0xffff_ffffL, part.cut() >>> 32);
        }
    }

    private void append(int type, BlockSet.Part part, long first, long count) throws IOException {
        append(type, part.tree(), part.high(), part.low(), first, count);
    }

    private void append(int type, int tree, long high, long low, long first, long count)
            throws IOException {
        halves[current].append(type, tree, high, low, first, count);
        appended++;
    }

    /// Adds a whole set of marks, for example what a walk found.
    public void keep(BlockSet set) throws IOException {
        BlockSet own = covered[current];
        own.addAll(set);
        if (own.isEverything()) {
            append(JournalHalf.EVERYTHING, 0, 0, 0, 0, 0);
        }
        for (int i = 0; i < own.files(); i++) {
            BlockSet.Part part = own.file(i);
            appendPart(part, 0, 0);
            for (long block = part.nextBlock(0); block >= 0; ) {
                long end = part.runEnd(block, 1L << 43);
                append(JournalHalf.RANGE, part, block, end - block);
                block = part.nextBlock(end);
            }
        }
        write();
    }

    /// Hands what was marked to the kernel.
    public void write() throws IOException {
        halves[current].write();
    }

    /// Returns how many marks were made, to compare with [#forced].
    public long appended() {
        return appended;
    }

    /// Returns how many of the marks are durable.
    public long forced() {
        return forced;
    }

    /// Makes durable what was handed to the kernel; from any thread, one at a time.
    ///
    /// @param upTo value of [#appended] when [#write] was last called
    public void force(long upTo) throws IOException {
        halves[0].force();
        halves[1].force();
        forced = upTo;
    }

    private void force() throws IOException {
        write();
        force(appended);
    }

    /// Follows [Tracker#beginPoint].
    public void beginPoint() {
        current = 1 - current;
    }

    /// Follows [Tracker#completePoint]: what the closed half held is durable on both nodes.
    public void completePoint() throws IOException {
        covered[1 - current].clear();
        halves[1 - current].clear();
    }

    /// Follows [Tracker#abandonPoint]: the closed half counts on.
    public void abandonPoint() throws IOException {
        BlockSet closed = new BlockSet(EXTENT_SHIFT);
        closed.addAll(covered[1 - current]);
        write();
        keep(closed);
        // Durable before the other half forgets it, so that no moment lacks the marks.
        force(appended);
        completePoint();
    }

    @Override
    public void close() throws IOException {
        for (JournalHalf half : halves) {
            if (half != null) {
                half.close();
            }
        }
        state.close();
    }
}
