package dev.understudy.node.rfs.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.Generation;
import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.Item;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A damaged record of what differs is never trusted.
class DirtyJournalTest {
    private static final int FILES = 4;
    private static final Generation OWN = new Generation(5);
    private static final Generation BASE = new Generation(4);

    private Path home;
    private final Map<String, byte[]> files = new HashMap<>();

    /// In memory where that is there: thousands of files are written.
    @BeforeEach
    void make() throws IOException {
        Path memory = Path.of("/dev/shm");
        home =
                Files.isWritable(memory)
                        ? Files.createTempDirectory(memory, "understudy-journal-")
                        : Files.createTempDirectory("understudy-journal-");
    }

    @AfterEach
    void remove() throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static FileId id(int i) {
        return new FileId(0x1000 + i, 77);
    }

    /// Marks of every kind, in both halves.
    private void write(boolean seal) throws IOException {
        Path folder = home.resolve("original");
        try (DirtyJournal journal = DirtyJournal.open(folder, "boot-1")) {
            journal.generations(OWN, BASE);
            journal.seal();
            journal.paired();
            for (int i = 0; i < FILES; i++) {
                if (i == FILES / 2) {
                    journal.write();
                    journal.beginPoint();
                }
                journal.mark(
                        0, id(i), Item.MARK_RANGE | Item.MARK_ATTRIBUTES, (long) i << 22, 4096);
                journal.mark(0, id(100 + i), Item.MARK_NAMES, 0, 0);
                journal.mark(0, id(200 + i), Item.MARK_WHOLE, 0, 0);
            }
            journal.write();
            if (seal) {
                journal.seal();
            }
        }
        for (String name : new String[] {"dirty", "dirty.0", "dirty.1"}) {
            files.put(name, Files.readAllBytes(folder.resolve(name)));
        }
    }

    /// Opens a copy in which one file is another one; asserts that nothing is missing.
    private DirtyJournal.Worth opened(String name, byte[] instead, String boot, String what)
            throws IOException {
        Path folder = Files.createDirectories(home.resolve("copy"));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(
                    folder.resolve(file.getKey()),
                    file.getKey().equals(name) ? instead : file.getValue());
        }
        try (DirtyJournal journal = DirtyJournal.open(folder, boot)) {
            BlockSet loaded = journal.loaded();
            if (journal.worth() == DirtyJournal.Worth.PROVEN) {
                assertCovers(loaded, what);
                assertEquals(OWN, journal.generation(), what);
                assertEquals(BASE, journal.base(), what);
            } else {
                assertTrue(loaded.isEverything(), what + ": " + journal.worth());
                boolean known = journal.generation().equals(OWN) || !journal.generation().isSome();
                assertTrue(known, what + ": generation " + journal.generation());
            }
            return journal.worth();
        }
    }

    private static void assertCovers(BlockSet loaded, String what) {
        if (loaded.isEverything()) {
            return;
        }
        for (int i = 0; i < FILES; i++) {
            assertFalse(
                    loaded.addRange(0, id(i).high(), id(i).low(), (long) i << 22, 4096),
                    what + ": range of file " + i);
            assertFalse(loaded.addAttributes(0, id(i).high(), id(i).low()), what);
            assertFalse(loaded.addNames(0, id(100 + i).high(), id(100 + i).low()), what);
            assertFalse(loaded.addWhole(0, id(200 + i).high(), id(200 + i).low()), what);
        }
    }

    private int used(String name) {
        byte[] bytes = java.util.Objects.requireNonNull(files.get(name));
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return Math.min(bytes.length, end + 64);
    }

    @Test
    void whatWasMarkedIsThereAfterTheDeathOfTheProcess() throws IOException {
        write(false);
        assertEquals(DirtyJournal.Worth.PROVEN, opened("", new byte[0], "boot-1", "after a crash"));
        assertEquals(
                DirtyJournal.Worth.UNPROVEN, opened("", new byte[0], "boot-2", "after a boot"));
    }

    @Test
    void aSealedJournalIsWorthSomethingAfterABoot() throws IOException {
        write(true);
        assertEquals(DirtyJournal.Worth.PROVEN, opened("", new byte[0], "boot-2", "sealed"));
    }

    @Test
    void oneWrongByteAnywhereIsNoticed() throws IOException {
        Random random = new Random(3);
        write(false);
        for (String name : new String[] {"dirty.0", "dirty.1"}) {
            byte[] right = java.util.Objects.requireNonNull(files.get(name));
            int used = used(name);
            for (int at = 0; at < used; at += 1 + random.nextInt(4)) {
                byte[] wrong = right.clone();
                wrong[at] ^= (byte) (1 << random.nextInt(8));
                opened(name, wrong, "boot-1", name + " byte " + at);
            }
        }
    }

    @Test
    void aCutFileIsNoticedAtEveryLength() throws IOException {
        write(false);
        Random random = new Random(9);
        for (String name : new String[] {"dirty.0", "dirty.1"}) {
            byte[] right = java.util.Objects.requireNonNull(files.get(name));
            int used = used(name);
            for (int length = 0; length < used; length += 1 + random.nextInt(3)) {
                DirtyJournal.Worth worth =
                        opened(
                                name,
                                java.util.Arrays.copyOf(right, length),
                                "boot-1",
                                name + " cut at " + length);
                assertEquals(DirtyJournal.Worth.UNPROVEN, worth, name + " cut at " + length);
            }
        }
    }

    /// The state says whether the marks are complete: an older one may promise what is no longer
    /// so.
    @Test
    void anOlderStateIsNotTrustedInPlaceOfADamagedNewerOne() throws IOException {
        write(false);
        byte[] right = java.util.Objects.requireNonNull(files.get("dirty"));
        for (int at = 0; at < right.length; at++) {
            if (right[at] == 0 && at % 4093 != 0) {
                continue;
            }
            byte[] wrong = right.clone();
            wrong[at] ^= 0x10;
            DirtyJournal.Worth worth = opened("dirty", wrong, "boot-2", "state byte " + at);
            assertEquals(DirtyJournal.Worth.UNPROVEN, worth, "state byte " + at);
        }
        for (int length = 0; length < right.length; length += 2039) {
            byte[] cut = java.util.Arrays.copyOf(right, length);
            DirtyJournal.Worth worth = opened("dirty", cut, "boot-2", "state cut at " + length);
            assertEquals(DirtyJournal.Worth.UNPROVEN, worth, "state cut at " + length);
        }
    }
}
