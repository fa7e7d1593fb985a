package dev.understudy.core.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlockSetTest {
    private final BlockSet set = new BlockSet(12);

    private BlockSet.Part part(long id) {
        return Objects.requireNonNull(set.find(id, id));
    }

    @Test
    void countsBlocksThatARangeTouches() {
        assertTrue(set.addRange(0, 1, 1, 4095, 2));
        assertFalse(set.addRange(0, 1, 1, 0, 8192));
        assertTrue(set.addRange(0, 1, 1, 0, 8193));
        assertFalse(set.addRange(0, 1, 1, 5, 0));
        assertEquals(3, part(1).blocks());
        assertEquals(3 * 4096, set.blockBytes());
        assertEquals(0, part(1).nextBlock(0));
        assertEquals(3, part(1).runEnd(0, 100));
        assertEquals(-1, part(1).nextBlock(3));
    }

    /// Random additions and removals agree with a plain bit set.
    @Test
    void agreesWithAModel() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 30; round++) {
            set.clear();
            Map<Long, BitSet> model = new HashMap<>();
            for (int step = 0; step < 400; step++) {
                long id = random.nextInt(1, 40);
                int first = random.nextInt(40_000);
                int count = random.nextInt(8) == 0 ? random.nextInt(20_000) : random.nextInt(5);
                BitSet bits = model.computeIfAbsent(id, _ -> new BitSet());
                if (random.nextInt(3) > 0) {
                    boolean grew = count > 0 && bits.nextClearBit(first) < first + count;
                    assertEquals(grew, set.addRange(0, id, id, first * 4096L, count * 4096L));
                    bits.set(first, first + count);
                } else {
                    BlockSet.Part part = set.find(id, id);
                    if (part != null) {
                        set.removeBlocks(part, first, first + count);
                    }
                    bits.clear(first, first + count);
                }
            }
            compare(model);
        }
    }

    private void compare(Map<Long, BitSet> model) {
        long blocks = model.values().stream().mapToLong(BitSet::cardinality).sum();
        assertEquals(blocks << 12, set.blockBytes());
        model.forEach((id, bits) -> {
            BlockSet.Part part = set.find(id, id);
            assertEquals(bits.isEmpty(), part == null);
            if (part == null) {
                return;
            }
            assertEquals(bits.cardinality(), part.blocks());
            assertEquals(bits.get(39_999), part.holds(39_999));
            assertFalse(part.holds(100_000));
            long block = part.nextBlock(0);
            int expected = bits.nextSetBit(0);
            while (block >= 0) {
                assertEquals(expected, block);
                assertEquals(bits.nextClearBit(expected), part.runEnd(block, Long.MAX_VALUE));
                expected = bits.nextSetBit(bits.nextClearBit(expected));
                block = part.nextBlock(part.runEnd(block, Long.MAX_VALUE));
            }
            assertEquals(-1, expected);
        });
    }

    @Test
    void hugeRangesAreCheap() {
        set.addRange(0, 1, 1, 0, 1L << 40);
        assertEquals(1L << 28, part(1).blocks());
        set.removeBlocks(part(1), 5, 6);
        assertEquals((1L << 28) - 1, part(1).blocks());
        set.removeBlocks(part(1), 0, 1L << 28);
        assertNull(set.find(1, 1));
    }

    @Test
    void tooManyRegionsBecomeTheWholeFile() {
        for (long i = 0; i < BlockSet.REGIONS_MAX; i++) {
            set.addRange(0, 1, 1, i << 24, 1);
        }
        assertFalse(part(1).isWhole());
        set.addRange(0, 1, 1, (long) BlockSet.REGIONS_MAX << 24, 1);
        assertTrue(part(1).isWhole());
        assertFalse(part(1).hasBlocks());
    }

    @Test
    void tooManyFilesBecomeEverything() {
        BlockSet small = new BlockSet(12, 3);
        for (int i = 1; i <= 3; i++) {
            small.addAttributes(0, i, i);
        }
        assertFalse(small.isEverything());
        small.addNames(0, 4, 4);
        assertTrue(small.isEverything());
        assertFalse(small.isEmpty());
        set.addAll(small);
        assertTrue(set.isEverything());
    }

    /// The daemon's heap is bounded, and while the peer is away each file touched stays in the map.
    @Test
    void aFullSetFitsIntoTheHeapOfTheDaemonTwice() {
        long before = usedAfterCollection();
        BlockSet full = new BlockSet(12);
        for (long id = 0; id < BlockSet.FILES_MAX; id++) {
            full.addRange(0, id, ~id, 4096, 8192);
            full.addAttributes(0, id, ~id);
        }
        BlockSet copy = new BlockSet(12);
        copy.addAll(full);
        long each = (usedAfterCollection() - before) / full.files() / 2;
        assertEquals(BlockSet.FILES_MAX, copy.files());
        assertFalse(full.isEverything());
        assertTrue(each < 200, () -> each + " bytes for each file");
    }

    private static long usedAfterCollection() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    void unionsConvertBlockSizes() {
        BlockSet large = new BlockSet(20);
        large.addRange(3, 1, 1, 1 << 20, 1);
        large.addCut(3, 1, 1, 77);
        set.addRange(3, 1, 1, 0, 1);
        set.addAll(large);
        assertEquals(257, part(1).blocks());
        assertEquals(77, part(1).cut());
        assertEquals(3, part(1).tree());
        BlockSet back = new BlockSet(20);
        back.addAll(set);
        assertEquals(2, Objects.requireNonNull(back.find(1, 1)).blocks());
    }

    @Test
    void emptyPartsLeave() {
        set.addAttributes(0, 1, 1);
        set.addNames(0, 1, 1);
        set.addWhole(0, 2, 2);
        set.removeAttributes(part(1));
        assertNotNull(set.find(1, 1));
        set.removeNames(part(1));
        assertNull(set.find(1, 1));
        assertEquals(1, set.files());
        set.remove(set.file(0));
        assertTrue(set.isEmpty());
        assertTrue(set.addAttributes(0, 1, 1));
    }

    @Test
    void manyFilesAreFoundAfterRemovals() {
        SplittableRandom random = new SplittableRandom(3);
        for (long i = 0; i < 50_000; i++) {
            set.addAttributes(0, i * 0x1_0000_0001L, i);
        }
        for (int i = 0; i < 40_000; i++) {
            set.remove(set.file(random.nextInt(set.files())));
        }
        assertEquals(10_000, set.files());
        for (int i = 0; i < set.files(); i++) {
            BlockSet.Part part = set.file(i);
            assertEquals(part, set.find(part.high(), part.low()));
        }
    }
}
