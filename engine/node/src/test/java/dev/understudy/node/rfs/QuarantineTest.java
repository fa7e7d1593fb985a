package dev.understudy.node.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.Generation;
import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.QuarantineEntry;
import dev.understudy.core.rfs.QuarantineLimits;
import dev.understudy.core.rfs.Tracker;
import dev.understudy.node.rfs.quarantine.KeptTree;
import dev.understudy.node.rfs.quarantine.Quarantine;
import dev.understudy.node.rfs.tree.Excludes;
import dev.understudy.node.rfs.tree.FileCopier;
import dev.understudy.node.rfs.tree.LowerTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Entries of the quarantine are complete or not there, whenever power goes.
@Tag("long")
@Timeout(120)
class QuarantineTest {
    private static final int FILES = 12;
    private static final QuarantineLimits LIMITS =
            new QuarantineLimits(1 << 30, Duration.ofDays(30));

    @TempDir Path home;
    private Path directory;
    private LowerTree tree;
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final List<String> expired = new ArrayList<>();
    private final BlockSet everything = new BlockSet(Tracker.BLOCK_SHIFT);

    @BeforeEach
    void fill() throws Exception {
        directory = Files.createDirectories(home.resolve("data"));
        Random random = new Random(3);
        for (int i = 0; i < FILES; i++) {
            byte[] data = new byte[random.nextInt(200_000)];
            random.nextBytes(data);
            Path in = Files.createDirectories(directory.resolve("d" + i % 3));
            Files.write(in.resolve("f" + i), data);
        }
        tree =
                LowerTree.open(
                        directory,
                        FileId.ofRoot("m", "data"),
                        home.resolve("index"),
                        Excludes.NONE);
        everything.addEverything();
    }

    @AfterEach
    void close() {
        tree.close();
    }

    private Quarantine quarantine(Path folder, QuarantineLimits limits) throws IOException {
        return new Quarantine(folder, limits, () -> now, expired::add);
    }

    private Quarantine.Held keep(Quarantine quarantine) throws IOException {
        return assertThere(
                quarantine.keep(
                        List.of(new KeptTree("data", tree)),
                        everything,
                        new Generation(7),
                        () -> false));
    }

    private static Quarantine.Held assertThere(
            Quarantine.@org.jspecify.annotations.Nullable Held held) {
        assertNotNull(held);
        return held;
    }

    private void assertWhole(Quarantine.Held held) throws IOException {
        QuarantineEntry entry = held.entry();
        assertNotNull(entry, held.id());
        assertEquals(FILES + 3, entry.files().size(), "with three directories");
        assertEquals("", Trees.difference(directory, held.files().resolve("data")));
    }

    @Test
    void everythingIsKeptWhereNobodyKnowsWhatDiffers() throws Exception {
        Quarantine.Held held = keep(quarantine(home.resolve("q"), LIMITS));
        assertEquals("20260102-030405", held.id());
        assertWhole(held);
        QuarantineEntry entry = held.entry();
        assertTrue(entry != null && entry.isEverything());
        assertEquals("rwx------", permissions(home.resolve("q")));
        assertEquals("20260102-030405-1", keep(quarantine(home.resolve("q"), LIMITS)).id());
    }

    private static String permissions(Path path) throws IOException {
        return java.nio.file.attribute.PosixFilePermissions.toString(
                Files.getPosixFilePermissions(path));
    }

    @Test
    void nothingToKeepMakesNoEntry() throws Exception {
        Quarantine quarantine = quarantine(home.resolve("q"), LIMITS);
        BlockSet none = new BlockSet(Tracker.BLOCK_SHIFT);
        assertNull(
                quarantine.keep(
                        List.of(new KeptTree("data", tree)), none, Generation.NONE, () -> false));
        assertEquals(List.of(), quarantine.list());
    }

    /// Power goes at each file, and at moments of the end: sync, record, name.
    @Test
    void whereverPowerGoesAnEntryIsCompleteOrNotThere() throws Exception {
        Random random = new Random(5);
        int there = 0;
        for (int round = 0; round < 16; round++) {
            int at = round % 2 == 0 ? round : FILES + 3 - 1;
            long laterNs = round % 2 == 0 ? 0 : random.nextLong(20_000_000L);
            Path image = home.resolve("image" + round);
            try (LoopDisk disk = new LoopDisk(image, home.resolve("at" + round), 32 << 20)) {
                there += lose(disk, at, laterNs);
            }
        }
        assertTrue(there > 0, "no round came to its end");
    }

    private int lose(LoopDisk disk, int at, long laterNs) throws Exception {
        Quarantine quarantine = quarantine(disk.mounted().resolve("q"), LIMITS);
        int[] files = new int[1];
        Thread[] loss = new Thread[1];
        boolean returned;
        try {
            quarantine.keep(
                    List.of(new KeptTree("data", tree)),
                    everything,
                    new Generation(7),
                    () -> {
                        if (files[0]++ == at) {
                            loss[0] =
                                    Thread.ofPlatform()
                                            .start(() -> {
                                                LockSupport.parkNanos(laterNs);
                                                disk.losePower();
                                            });
                        }
                        return false;
                    });
            returned = loss[0] == null || loss[0].isAlive();
        } catch (IOException cut) {
            returned = false;
        }
        if (loss[0] == null) {
            disk.losePower();
        } else {
            loss[0].join();
        }
        List<Quarantine.Held> left = quarantine(disk.survived().resolve("q"), LIMITS).list();
        for (Quarantine.Held held : left) {
            assertWhole(held);
        }
        assertTrue(!returned || left.size() == 1, "it returned and the entry is gone");
        return left.size();
    }

    @Test
    void whatAnInterruptedOneLeftIsNoEntryAndGoes() throws Exception {
        Path folder = home.resolve("q");
        Files.createDirectories(folder.resolve(".new-20260101-000000/files/data"));
        Files.writeString(folder.resolve(".new-20260101-000000/files/data/half"), "half");
        Files.createDirectories(folder.resolve(".gone-20260101-000000"));
        Quarantine quarantine = quarantine(folder, LIMITS);
        assertEquals(List.of(), quarantine.list());
        keep(quarantine);
        try (var all = Files.list(folder)) {
            assertEquals(1, all.count());
        }
    }

    @Test
    void aVoidOneLeavesNothing() throws Exception {
        Quarantine quarantine = quarantine(home.resolve("q"), LIMITS);
        int[] files = new int[1];
        assertThrows(
                CancellationException.class,
                () ->
                        quarantine.keep(
                                List.of(new KeptTree("data", tree)),
                                everything,
                                Generation.NONE,
                                () -> files[0]++ == 5));
        try (var all = Files.list(home.resolve("q"))) {
            assertEquals(0, all.count());
        }
    }

    @Test
    void aFullDiskAndAFullLimitRefuse() throws Exception {
        Quarantine narrow =
                quarantine(home.resolve("q"), new QuarantineLimits(2_000_000, Duration.ofDays(1)));
        long bytes = keep(narrow).bytes();
        assertTrue(bytes > 1_000_000 && bytes < 2_000_000, "of test data: " + bytes);
        assertThrows(FileCopier.NoRoom.class, () -> keep(narrow));
        assertEquals(1, narrow.list().size());
        assertTrue(narrow.drop(narrow.list().getFirst().id()));
        keep(narrow);
        try (LoopDisk disk = new LoopDisk(home.resolve("i"), home.resolve("full"), 32 << 20)) {
            disk.fill(500_000);
            Quarantine full = quarantine(disk.mounted().resolve("q"), LIMITS);
            assertThrows(IOException.class, () -> keep(full));
            assertEquals(List.of(), full.list());
        }
    }

    @Test
    void oldEntriesGoAndDamagedOnesStay() throws Exception {
        Path folder = home.resolve("q");
        Quarantine quarantine = quarantine(folder, LIMITS);
        Quarantine.Held old = keep(quarantine);
        now = now.plus(Duration.ofDays(29));
        Quarantine.Held young = keep(quarantine);
        Quarantine.Held damaged = keep(quarantine);
        Path record = damaged.folder().resolve("entry");
        byte[] bytes = Files.readAllBytes(record);
        bytes[9] ^= 1;
        Files.write(record, bytes);
        now = now.plus(Duration.ofDays(2));
        Quarantine again = quarantine(folder, LIMITS);
        again.expire();
        assertEquals(
                List.of(young.id(), damaged.id()),
                again.list().stream().map(Quarantine.Held::id).toList());
        assertEquals(1, expired.size());
        assertFalse(Files.exists(old.folder()));
        Quarantine.Held shown = assertThere(again.find(damaged.id()));
        assertNull(shown.entry());
        assertEquals("", Trees.difference(directory, shown.files().resolve("data")));
    }

    @Test
    void exportsOnlyToAPlaceOfItsOwn() throws Exception {
        Quarantine quarantine = quarantine(home.resolve("q"), LIMITS);
        Quarantine.Held held = keep(quarantine);
        Path to = home.resolve("to");
        assertEquals(FILES, quarantine.export(held, to));
        assertEquals("", Trees.difference(directory, to.resolve("data")));
        assertThrows(IOException.class, () -> quarantine.export(held, to));
        assertThrows(IOException.class, () -> quarantine.export(held, home.resolve("q/inside")));
        assertThrows(IOException.class, () -> quarantine.export(held, Path.of("relative")));
        assertTrue(quarantine.drop(held.id()));
        assertFalse(quarantine.drop(held.id()));
        assertEquals("", Trees.difference(directory, to.resolve("data")));
    }
}
