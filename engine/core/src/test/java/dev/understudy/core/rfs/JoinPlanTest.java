package dev.understudy.core.rfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class JoinPlanTest {
    private static final FileId ROOT = new FileId(1, 1);
    private static final int FILES = 6;
    private static final int BLOCKS = 5;

    private static FileId file(int i) {
        return new FileId(100 + i, 7);
    }

    private static BlockSet set() {
        return new BlockSet(Tracker.BLOCK_SHIFT);
    }

    private static OpView write(int file, int block) {
        ByteBuffer frame = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);
        FileId id = file(file);
        int length =
                OpWriter.writeHeader(frame, 0, 0, id.high(), id.low(), (long) block << 12, 1 << 12);
        return new OpView().over(frame, 0, length);
    }

    /// Two nodes with one number for each block, a wire that delays, and an application that writes
    /// at any moment.
    private static final class Model {
        final SplittableRandom random;
        final long[][] source = new long[FILES][BLOCKS];
        final long[][] target = new long[FILES][BLOCKS];
        final ArrayDeque<Runnable> wire = new ArrayDeque<>();
        final ArrayDeque<Runnable> reads = new ArrayDeque<>();
        final JoinPlan plan = new JoinPlan(List.of(ROOT));
        long written;
        boolean held;
        boolean mirrored;
        boolean done;
        long now;

        Model(long seed) {
            random = new SplittableRandom(seed);
        }

        void write() {
            int file = random.nextInt(FILES);
            int block = random.nextInt(BLOCKS);
            long value = ++written;
            if (mirrored) {
                wire.add(() -> target[file][block] = value);
            }
            source[file][block] = value;
            plan.applied(JoinPlanTest.write(file, block));
        }

        void work(JoinPlan.Work work) {
            if (work instanceof JoinPlan.Work.Copy copy) {
                int file = (int) (copy.id().high() - 100);
                Reading reading = plan.read(0, copy.id(), copy.first() << 12, copy.end() << 12);
                long[] data = source[file].clone();
                reads.add(() -> {
                    plan.readEnded(reading);
                    if (reading.isSpoiled()) {
                        long bytes = (copy.end() - copy.first()) << 12;
                        plan.copyAgain(0, copy.id(), copy.first() << 12, bytes);
                        return;
                    }
                    wire.add(() -> {
                        for (long b = copy.first(); b < copy.end(); b++) {
                            target[file][(int) b] = data[(int) b];
                        }
                    });
                });
            }
        }

        void turn() {
            switch (plan.turn(now, wire.isEmpty(), true)) {
                case HOLD -> held = true;
                case MIRROR -> {
                    mirrored = true;
                    held = false;
                }
                case FINISH -> {
                    wire.add(plan::targetReady);
                    plan.synced();
                }
                case NOTHING, SETTLE -> {
                    // nothing to carry out here
                }
                case FAIL -> throw new AssertionError("gave up");
            }
            done |= plan.isComplete();
        }

        void run(int writes) {
            BlockSet dirty = set();
            for (int f = 0; f < FILES; f++) {
                dirty.addRange(0, file(f).high(), file(f).low(), 0, BLOCKS << 12);
                for (int b = 0; b < BLOCKS; b++) {
                    source[f][b] = ++written;
                }
            }
            plan.begin(false, dirty, set(), 0);
            plan.targetBegun();
            int left = writes;
            for (int step = 0; !done; step++) {
                assertTrue(step < 100_000, "no end in sight: " + plan.phase());
                now += 1_000_000;
                switch (random.nextInt(4)) {
                    case 0 -> {
                        if (left > 0 && !held) {
                            left--;
                            write();
                        }
                    }
                    case 1 -> {
                        if (!wire.isEmpty()) {
                            wire.remove().run();
                        }
                    }
                    case 2 -> {
                        if (!reads.isEmpty()) {
                            reads.remove().run();
                        }
                    }
                    default -> {
                        JoinPlan.Work work = plan.readings() < 3 ? plan.next() : null;
                        if (work != null) {
                            work(work);
                        }
                        turn();
                    }
                }
            }
            while (!wire.isEmpty()) {
                wire.remove().run();
            }
        }
    }

    @Test
    void bothCopiesAreEqualWhateverIsWrittenMeanwhile() {
        for (long seed = 0; seed < 500; seed++) {
            Model model = new Model(seed);
            model.run((int) (seed % 7) * 20);
            for (int f = 0; f < FILES; f++) {
                assertArrayEquals(model.source[f], model.target[f], "seed=" + seed + " file " + f);
            }
        }
    }

    @Test
    void dataFollowWhileOperationsAreMirroredAndNotWhileTheyAreHeld() {
        BlockSet dirty = set();
        dirty.addRange(0, file(1).high(), file(1).low(), 0, 8 << 20);
        dirty.addCut(0, file(2).high(), file(2).low(), 100);
        JoinPlan plan = new JoinPlan(List.of(ROOT));
        plan.begin(false, dirty, set(), 0);
        plan.targetBegun();
        assertEquals(JoinPlan.Turn.HOLD, plan.turn(0, true, true));
        assertTrue(plan.next() instanceof JoinPlan.Work.Cut);
        assertNull(plan.next());
        assertEquals(JoinPlan.Turn.NOTHING, plan.turn(0, false, true));
        assertEquals(JoinPlan.Turn.NOTHING, plan.turn(0, true, false));
        assertEquals(JoinPlan.Turn.SETTLE, plan.turn(0, true, true));
        assertEquals(JoinPlan.Turn.MIRROR, plan.turn(0, true, true));
        assertEquals(8 << 20, plan.bytesLeft());
        while (!(plan.next() instanceof JoinPlan.Work.Copy)) {
            assertTrue(plan.filesLeft() > 0, "nothing left to copy");
        }
    }

    @Test
    void namesComeBeforeFilesAndFilesWaitForTheirAnswers() {
        BlockSet dirty = set();
        dirty.addNames(0, ROOT.high(), ROOT.low());
        dirty.addRange(0, file(1).high(), file(1).low(), 0, 4096);
        JoinPlan plan = new JoinPlan(List.of(ROOT));
        plan.begin(false, dirty, set(), 0);
        plan.targetBegun();
        assertEquals(new JoinPlan.Work.Names(0, ROOT), plan.next());
        assertNull(plan.next());
        plan.namesAnswered(1);
        assertNull(plan.next());
        plan.placed(0, file(2), Item.MADE, false, true);
        assertTrue(plan.next() instanceof JoinPlan.Work.CopyWhole);
        assertTrue(plan.takeFresh(file(2)));
        assertFalse(plan.takeFresh(file(2)));
    }

    /// A tree of a million files must not be in memory as a whole: files that are known are worked
    /// off before the next directory is read, and what a directory is like comes after all names.
    @Test
    void aLargeTreeIsWalkedInPortions() {
        JoinPlan plan = new JoinPlan(List.of(ROOT));
        plan.begin(true, set(), set(), 0);
        plan.targetBegun();
        int inEach = 1000;
        int folders = 1000;
        int listed = 0;
        int copied = 0;
        long most = 0;
        boolean folderSent = false;
        for (JoinPlan.Work work = plan.next(); work != null; work = plan.next()) {
            switch (work) {
                case JoinPlan.Work.Names(int tree, FileId id) -> {
                    assertFalse(folderSent, "a directory's attributes came before all names");
                    assertTrue(plan.isFirstVisit(id));
                    boolean root = id.equals(ROOT);
                    int entries = root ? folders : inEach;
                    for (int i = 0; i < entries; i++) {
                        FileId child = root ? file(i) : new FileId(++listed, id.low() + 1);
                        plan.visit(tree, child, root, !root);
                    }
                    plan.namesAnswered(root ? 0 : entries);
                    for (int i = 0; i < entries && !root; i++) {
                        plan.placed(
                                tree, new FileId(listed - i, id.low() + 1), Item.MADE, false, true);
                    }
                }
                case JoinPlan.Work.CopyWhole(int tree, FileId id) -> {
                    assertTrue(plan.takeFresh(id));
                    plan.copied(tree, id);
                    copied++;
                }
                case JoinPlan.Work.Attributes(int _, FileId id) ->
                        folderSent |= id.equals(ROOT) || id.high() < folders + 200;
                default -> throw new AssertionError(work.toString());
            }
            most = Math.max(most, plan.filesLeft());
        }
        assertEquals(inEach * folders, copied);
        assertTrue(most < 30_000, () -> "known at once: many");
    }

    @Test
    void aNameThatHadToWaitIsSentAgain() {
        BlockSet dirty = set();
        dirty.addNames(0, file(1).high(), file(1).low());
        JoinPlan plan = new JoinPlan(List.of(ROOT));
        plan.begin(false, dirty, set(), 0);
        plan.targetBegun();
        plan.next();
        plan.namesAnswered(1);
        plan.placed(0, file(1), Item.LATER, true, false);
        assertEquals(new JoinPlan.Work.Names(0, file(1)), plan.next());
    }

    @Test
    void namesThatNeverFindTheirPlaceMakeItCompareEverythingAndThenFail() {
        BlockSet dirty = set();
        dirty.addNames(0, file(1).high(), file(1).low());
        JoinPlan plan = new JoinPlan(List.of(ROOT));
        plan.begin(false, dirty, set(), 0);
        plan.targetBegun();
        JoinPlan.Turn turn = JoinPlan.Turn.NOTHING;
        for (int i = 0; i < 5000 && turn != JoinPlan.Turn.FAIL; i++) {
            JoinPlan.Work work = plan.next();
            if (work instanceof JoinPlan.Work.Names names) {
                boolean stuck = names.id().equals(file(1));
                plan.namesAnswered(stuck ? 1 : 0);
                if (stuck) {
                    plan.placed(0, file(1), Item.LATER, true, false);
                }
            }
            turn = plan.turn(0, true, true);
        }
        assertTrue(plan.isDeep());
        assertEquals(JoinPlan.Turn.FAIL, turn);
    }

    @Test
    void anEarlierReadyDoesNotCountForALaterFinish() {
        JoinPlan plan = new JoinPlan(List.of(ROOT));
        plan.begin(false, set(), set(), 0);
        plan.targetBegun();
        while (plan.phase() != JoinPhase.FINISHING) {
            if (plan.next() == null) {
                plan.turn(0, true, true);
            }
        }
        plan.synced();
        plan.failedHere(write(1, 1)); // the target had it, this node could not apply it
        plan.targetReady();
        assertFalse(plan.isComplete());
        while (plan.phase() != JoinPhase.FINISHING) {
            if (plan.next() == null) {
                plan.turn(0, true, true);
            }
        }
        plan.synced();
        assertFalse(plan.isComplete());
        plan.targetReady();
        assertTrue(plan.isComplete());
    }

    @Test
    void aFileSentWholeIsDoneUnlessSomethingCameInBetween() {
        JoinPlan plan = new JoinPlan(List.of(ROOT));
        plan.begin(false, set(), set(), 0);
        plan.targetBegun();
        plan.placed(0, file(1), Item.MADE, false, true);
        assertEquals(new JoinPlan.Work.CopyWhole(0, file(1)), plan.next());
        plan.copied(0, file(1));
        assertEquals(0, plan.filesLeft());

        plan.placed(0, file(2), Item.MADE, false, true);
        assertEquals(new JoinPlan.Work.CopyWhole(0, file(2)), plan.next());
        plan.applied(write(2, 3));
        plan.copied(0, file(2));
        assertEquals(new JoinPlan.Work.Copy(0, file(2), 3, 4), plan.next());
        assertEquals(new JoinPlan.Work.Attributes(0, file(2)), plan.next());
    }
}
