package dev.understudy.core.rfs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A set of parts of files and directories: blocks, "all of it", attributes, names, a cut.
///
/// One structure serves as dirty map, unconfirmed set, hot set (with larger blocks) and as the list
/// of what a resynchronisation still has to copy. Files keep the order in which they came, so equal
/// calls give equal iterations. Memory is bounded: a file with more than [#REGIONS_MAX] touched
/// regions becomes "all of it", and more than `filesMax` files become [#isEverything]. Adding to a
/// region that is known allocates nothing. Not thread-safe.
public final class BlockSet {
    /// Blocks of one region of a file's bitmap.
    public static final int REGION_BLOCKS = 4096;

    /// Partly touched regions of one file before the whole file counts: 8 MiB of bitmaps, with 4
    /// KiB blocks 256 GiB of file touched here and there.
    public static final int REGIONS_MAX = 16384;

    /// Regions of one file of any kind before the whole file counts (with 4 KiB blocks: 64 TiB).
    public static final int FULL_REGIONS_MAX = 1 << 22;

    /// Files before everything counts, unless stated otherwise: with a touched block each they take
    /// some 160 bytes, so that a map and the copy of it that a resynchronisation works off stay
    /// within the heap of the daemon (a test holds them against it).
    public static final int FILES_MAX = 400_000;

    /// Value of a file's cut when the file was never made shorter.
    public static final long NO_CUT = Long.MAX_VALUE;

    private static final int REGION_SHIFT = 12;
    private static final int WORDS = REGION_BLOCKS / 64;
    private static final long[] FULL = new long[WORDS];
    private static final long[] NO_INDEX = {};
    private static final long[][] NO_REGIONS = {};

    static {
        Arrays.fill(FULL, -1L);
    }

    /// What the set holds of one file or directory.
    public static final class Part {
        private final int tree;
        private final long high;
        private final long low;
        private int place;
        private boolean whole;
        private boolean attributes;
        private boolean names;
        private long cut = NO_CUT;
        private long[] regionIndex = NO_INDEX;
        private long[][] regions = NO_REGIONS; // a bitmap is as long as its highest block wants
        private long blocks;
        private int regionCount;
        private int bitmaps;
        private int lastRegion;

        private Part(int tree, long high, long low) {
            this.tree = tree;
            this.high = high;
            this.low = low;
        }

        /// Returns the ordinal of the replicated directory.
        public int tree() {
            return tree;
        }

        /// Returns the file's id.
        public FileId id() {
            return new FileId(high, low);
        }

        /// Returns the first half of the file's id.
        public long high() {
            return high;
        }

        /// Returns the second half of the file's id.
        public long low() {
            return low;
        }

        /// Tells whether all data of the file count.
        public boolean isWhole() {
            return whole;
        }

        /// Tells whether mode, owner, times, size and extended attributes count.
        public boolean hasAttributes() {
            return attributes;
        }

        /// Tells whether the names in the directory count.
        public boolean hasNames() {
            return names;
        }

        /// Returns the smallest size in bytes the file was cut to, or [#NO_CUT].
        public long cut() {
            return cut;
        }

        /// Tells whether single blocks are held.
        public boolean hasBlocks() {
            return regionCount > 0;
        }

        /// Returns the number of blocks held one by one.
        public long blocks() {
            return blocks;
        }

        /// Finds the next held block.
        ///
        /// @return its index, or -1 when there is none at or after `from`
        public long nextBlock(long from) {
            int slot = search(from >>> REGION_SHIFT);
            int bit = 0;
            if (slot >= 0) {
                bit = (int) (from & (REGION_BLOCKS - 1));
            } else {
                slot = -slot - 1;
            }
            for (; slot < regionCount; slot++, bit = 0) {
                int found = nextBit(regions[slot], bit, true);
                if (found < REGION_BLOCKS) {
                    return (regionIndex[slot] << REGION_SHIFT) + found;
                }
            }
            return -1;
        }

        /// Returns the end (exclusive) of the run of held blocks that starts at `first`.
        ///
        /// @param limit the run is cut here
        public long runEnd(long first, long limit) {
            long block = first;
            while (block < limit) {
                int slot = search(block >>> REGION_SHIFT);
                if (slot < 0) {
                    break;
                }
                int bit = (int) (block & (REGION_BLOCKS - 1));
                int end = nextBit(regions[slot], bit, false);
                block = (regionIndex[slot] << REGION_SHIFT) + end;
                if (end < REGION_BLOCKS) {
                    break;
                }
            }
            return Math.min(block, limit);
        }

        /// Tells whether the block is held, alone or because the whole file is.
        public boolean holds(long block) {
            if (whole) {
                return true;
            }
            int slot = search(block >>> REGION_SHIFT);
            int bit = (int) (block & (REGION_BLOCKS - 1));
            return slot >= 0 && nextBit(regions[slot], bit, true) == bit;
        }

        private boolean isEmpty() {
            return !whole && !attributes && !names && cut == NO_CUT && regionCount == 0;
        }

        private int search(long index) {
            if (lastRegion < regionCount && regionIndex[lastRegion] == index) {
                return lastRegion;
            }
            int slot = Arrays.binarySearch(regionIndex, 0, regionCount, index);
            if (slot >= 0) {
                lastRegion = slot;
            }
            return slot;
        }

        private boolean addBlocks(long first, long end) {
            boolean changed = false;
            for (long block = first; block < end; ) {
                long index = block >>> REGION_SHIFT;
                int from = (int) (block & (REGION_BLOCKS - 1));
                int to = (int) Math.min(REGION_BLOCKS, end - (index << REGION_SHIFT));
                changed |= addToRegion(index, from, to);
                if (whole) {
                    return true;
                }
                block = (index << REGION_SHIFT) + to;
            }
            return changed;
        }

        private boolean addToRegion(long index, int from, int to) {
            int slot = search(index);
            boolean all = from == 0 && to == REGION_BLOCKS;
            if (slot < 0) {
                slot = -slot - 1;
                if (regionCount == FULL_REGIONS_MAX || (!all && bitmaps == REGIONS_MAX)) {
                    becomeWhole();
                    return true;
                }
                insert(slot, index, all ? FULL : new long[wordsFor(to)]);
                if (all) {
                    blocks += REGION_BLOCKS;
                    return true;
                }
            }
            long[] words = regions[slot];
            if (isFull(words)) {
                return false;
            }
            if (all) {
                int more = REGION_BLOCKS - count(words);
                regions[slot] = FULL;
                bitmaps--;
                blocks += more;
                return more > 0;
            }
            if (words.length < wordsFor(to)) {
                words = Arrays.copyOf(words, wordsFor(to));
                regions[slot] = words;
            }
            int more = 0;
            for (int bit = from; bit < to; ) {
                int stop = Math.min(to, (bit | 63) + 1);
                long mask = -1L << bit & -1L >>> -stop;
                more += Long.bitCount(mask & ~words[bit >>> 6]);
                words[bit >>> 6] |= mask;
                bit = stop;
            }
            blocks += more;
            return more > 0;
        }

        /// Most files are small: their bitmap takes a word, others grow by doubling.
        private static int wordsFor(int end) {
            int words = (end + 63) >>> 6;
            return words == 1 ? 1 : Integer.highestOneBit(words - 1) << 1;
        }

        private static int count(long[] words) {
            int count = 0;
            for (long word : words) {
                count += Long.bitCount(word);
            }
            return count;
        }

        private void insert(int slot, long index, long[] words) {
            if (regionCount == regionIndex.length) {
                int room = Math.max(1, regionCount * 2);
                regionIndex = Arrays.copyOf(regionIndex, room);
                regions = Arrays.copyOf(regions, room);
            }
            System.arraycopy(regionIndex, slot, regionIndex, slot + 1, regionCount - slot);
            System.arraycopy(regions, slot, regions, slot + 1, regionCount - slot);
            regionIndex[slot] = index;
            regions[slot] = words;
            regionCount++;
            bitmaps += isFull(words) ? 0 : 1;
        }

        private void removeBlocks(long first, long end) {
            for (int slot = 0; slot < regionCount; slot++) {
                long start = regionIndex[slot] << REGION_SHIFT;
                int from = Math.clamp(first - start, 0, REGION_BLOCKS);
                int to = Math.clamp(end - start, 0, REGION_BLOCKS);
                if (from >= to) {
                    continue;
                }
                long[] words = regions[slot];
                if (isFull(words)) {
                    if (from == 0 && to == REGION_BLOCKS) {
                        blocks -= REGION_BLOCKS;
                        cutOut(slot--);
                        continue;
                    }
                    words = FULL.clone();
                    regions[slot] = words;
                    bitmaps++;
                }
                for (int bit = from; bit < to && bit >>> 6 < words.length; ) {
                    int stop = Math.min(to, (bit | 63) + 1);
                    long mask = -1L << bit & -1L >>> -stop;
                    blocks -= Long.bitCount(words[bit >>> 6] & mask);
                    words[bit >>> 6] &= ~mask;
                    bit = stop;
                }
                if (nextBit(words, 0, true) == REGION_BLOCKS) {
                    cutOut(slot--);
                }
            }
        }

        private void cutOut(int slot) {
            bitmaps -= isFull(regions[slot]) ? 0 : 1;
            regionCount--;
            System.arraycopy(regionIndex, slot + 1, regionIndex, slot, regionCount - slot);
            System.arraycopy(regions, slot + 1, regions, slot, regionCount - slot);
        }

        private void becomeWhole() {
            whole = true;
            clearBlocks();
        }

        private void clearBlocks() {
            regionCount = 0;
            bitmaps = 0;
            blocks = 0;
            regionIndex = NO_INDEX;
            regions = NO_REGIONS;
        }

        @SuppressWarnings("ReferenceEquality") // FULL is shared: one array stands for all
        private static boolean isFull(long[] words) {
            return words == FULL;
        }

        private static int nextBit(long[] words, int from, boolean set) {
            int end = words.length << 6;
            for (int bit = from; bit < end; bit = (bit | 63) + 1) {
                long word = (set ? words[bit >>> 6] : ~words[bit >>> 6]) & -1L << bit;
                if (word != 0) {
                    return (bit & ~63) + Long.numberOfTrailingZeros(word);
                }
            }
            return set ? REGION_BLOCKS : Math.max(from, end);
        }
    }

    private final int blockShift;
    private final int filesMax;
    private final List<Part> parts = new ArrayList<>();
    private @Nullable Part[] table = new @Nullable Part[64];
    private boolean everything;
    private long blocks;
    private int wholes;
    private int cuts;
    private @Nullable Part last;

    /// Makes an empty set.
    ///
    /// @param blockShift log2 of the bytes of one block: 12 for 4 KiB, 20 for the hot set
    public BlockSet(int blockShift) {
        this(blockShift, FILES_MAX);
    }

    /// Makes an empty set with its own limit of files.
    ///
    /// @param filesMax files and directories before everything counts
    public BlockSet(int blockShift, int filesMax) {
        this.blockShift = blockShift;
        this.filesMax = filesMax;
    }

    /// Returns log2 of the bytes of one block.
    public int blockShift() {
        return blockShift;
    }

    /// Adds the blocks that a range of bytes touches.
    ///
    /// @param length bytes, 0 adds nothing
    /// @return whether the set grew
    public boolean addRange(int tree, long high, long low, long offset, long length) {
        if (everything || length <= 0) {
            return false;
        }
        Part part = part(tree, high, low);
        if (part == null || part.whole) {
            return part == null;
        }
        long before = part.blocks;
        boolean grew =
                part.addBlocks(offset >>> blockShift, ((offset + length - 1) >>> blockShift) + 1);
        wholes += part.whole ? 1 : 0;
        blocks += part.blocks - before;
        return grew;
    }

    /// Adds all data of a file.
    public boolean addWhole(int tree, long high, long low) {
        Part part = part(tree, high, low);
        if (part == null || part.whole) {
            return false;
        }
        becomeWhole(part);
        return true;
    }

    /// Adds a file's or directory's attributes.
    public boolean addAttributes(int tree, long high, long low) {
        Part part = part(tree, high, low);
        if (part == null || part.attributes) {
            return false;
        }
        part.attributes = true;
        return true;
    }

    /// Adds a directory's names.
    public boolean addNames(int tree, long high, long low) {
        Part part = part(tree, high, low);
        if (part == null || part.names) {
            return false;
        }
        part.names = true;
        return true;
    }

    /// Notes that a file was cut (or lengthened) to `size`, so bytes from there on are not the old
    /// ones.
    public boolean addCut(int tree, long high, long low, long size) {
        Part part = part(tree, high, low);
        if (part == null || part.whole || part.cut <= size) {
            return false;
        }
        cut(part, size);
        return true;
    }

    /// Declares that anything may be missing; only a comparison of everything helps.
    public void addEverything() {
        clear();
        everything = true;
    }

    /// Adds what `other` holds; blocks are converted when the sizes differ.
    public void addAll(BlockSet other) {
        if (other.everything) {
            addEverything();
            return;
        }
        for (Part from : other.parts) {
            Part to = part(from.tree, from.high, from.low);
            if (to == null) {
                return;
            }
            to.attributes |= from.attributes;
            to.names |= from.names;
            if (from.whole) {
                becomeWhole(to);
            } else if (!to.whole) {
                cut(to, from.cut);
                addBlocks(to, from, other.blockShift);
            }
        }
    }

    private void addBlocks(Part to, Part from, int shift) {
        long before = to.blocks;
        long first = from.nextBlock(0);
        while (first >= 0 && !to.whole) {
            long end = from.runEnd(first, Long.MAX_VALUE >>> shift);
            to.addBlocks(first << shift >>> blockShift, (((end << shift) - 1) >>> blockShift) + 1);
            first = from.nextBlock(end);
        }
        wholes += to.whole ? 1 : 0;
        blocks += to.blocks - before;
    }

    /// Takes a range of blocks out.
    ///
    /// @param first index of the first block
    /// @param end index behind the last block
    public void removeBlocks(Part part, long first, long end) {
        long before = part.blocks;
        part.removeBlocks(first, end);
        blocks += part.blocks - before;
        dropIfEmpty(part);
    }

    /// Takes "all of it" or the names or the attributes (with the cut) out.
    public void removeWhole(Part part) {
        notWhole(part);
        dropIfEmpty(part);
    }

    /// Takes the attributes and the cut out.
    public void removeAttributes(Part part) {
        part.attributes = false;
        noCut(part);
        dropIfEmpty(part);
    }

    /// Takes the names out.
    public void removeNames(Part part) {
        part.names = false;
        dropIfEmpty(part);
    }

    /// Takes everything about a file out.
    public void remove(Part part) {
        notWhole(part);
        part.attributes = false;
        part.names = false;
        noCut(part);
        blocks -= part.blocks;
        part.clearBlocks();
        dropIfEmpty(part);
    }

    /// Empties the set.
    public void clear() {
        parts.clear();
        table = new @Nullable Part[64];
        everything = false;
        blocks = 0;
        wholes = 0;
        cuts = 0;
        last = null;
    }

    private void becomeWhole(Part part) {
        if (!part.whole) {
            noCut(part);
            blocks -= part.blocks;
            part.becomeWhole();
            wholes++;
        }
    }

    private void notWhole(Part part) {
        wholes -= part.whole ? 1 : 0;
        part.whole = false;
    }

    private void cut(Part part, long size) {
        cuts += part.cut == NO_CUT && size != NO_CUT ? 1 : 0;
        part.cut = Math.min(part.cut, size);
    }

    private void noCut(Part part) {
        cuts -= part.cut == NO_CUT ? 0 : 1;
        part.cut = NO_CUT;
    }

    /// Returns the number of files that count as a whole.
    public int wholes() {
        return wholes;
    }

    /// Returns the number of files that were cut.
    public int cuts() {
        return cuts;
    }

    /// Tells whether anything may be missing, so that the parts say nothing.
    public boolean isEverything() {
        return everything;
    }

    /// Tells whether nothing is held.
    public boolean isEmpty() {
        return !everything && parts.isEmpty();
    }

    /// Returns the number of files and directories.
    public int files() {
        return parts.size();
    }

    /// Returns what is held of the n-th file; removing changes the order behind it.
    ///
    /// @param index 0-based, below [#files]
    public Part file(int index) {
        return parts.get(index);
    }

    /// Finds what is held of a file.
    public @Nullable Part find(long high, long low) {
        for (int i = hash(high, low) & table.length - 1; ; i = i + 1 & table.length - 1) {
            Part part = table[i];
            if (part == null || (part.high == high && part.low == low)) {
                return part;
            }
        }
    }

    /// Returns the bytes of all single blocks; whole files are not in it.
    public long blockBytes() {
        return blocks << blockShift;
    }

    private @Nullable Part part(int tree, long high, long low) {
        if (everything) {
            return null;
        }
        Part known = last;
        if (known != null && known.high == high && known.low == low) {
            return known;
        }
        known = find(high, low);
        if (known == null) {
            if (parts.size() >= filesMax) {
                addEverything();
                return null;
            }
            known = new Part(tree, high, low);
            known.place = parts.size();
            parts.add(known);
            if (parts.size() * 2 > table.length) {
                table = new @Nullable Part[table.length * 2];
                for (Part part : parts) {
                    put(part);
                }
            } else {
                put(known);
            }
        }
        last = known;
        return known;
    }

    private void put(Part part) {
        int i = hash(part.high, part.low) & table.length - 1;
        while (table[i] != null) {
            i = i + 1 & table.length - 1;
        }
        table[i] = part;
    }

    private void dropIfEmpty(Part part) {
        if (!part.isEmpty() || find(part.high, part.low) == null) {
            return;
        }
        Part mover = parts.removeLast();
        if (mover != part) {
            parts.set(part.place, mover);
            mover.place = part.place;
        }
        last = null;
        unlink(part);
    }

    private void unlink(Part part) {
        int mask = table.length - 1;
        int hole = hash(part.high, part.low) & mask;
        while (table[hole] != part) {
            hole = hole + 1 & mask;
        }
        table[hole] = null;
        for (int i = hole + 1 & mask; ; i = i + 1 & mask) {
            Part next = table[i];
            if (next == null) {
                return;
            }
            int home = hash(next.high, next.low) & mask;
            if ((i - home & mask) >= (i - hole & mask)) { // its home is not behind the hole
                table[hole] = next;
                table[i] = null;
                hole = i;
            }
        }
    }

    private static int hash(long high, long low) {
        long mixed = (high ^ Long.rotateLeft(low, 32)) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32);
    }
}
