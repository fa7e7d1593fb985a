package dev.understudy.node.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlotFileTest {
    @TempDir Path folder;

    @Test
    void keepsTheNewestRecord() throws IOException {
        Path path = folder.resolve("record");
        try (SlotFile file = SlotFile.open(path)) {
            assertNull(file.read());
            file.write("one".getBytes(UTF_8));
            file.write("two".getBytes(UTF_8));
            file.write("three".getBytes(UTF_8));
        }
        try (SlotFile file = SlotFile.open(path)) {
            assertArrayEquals("three".getBytes(UTF_8), file.read());
            file.write("four".getBytes(UTF_8));
        }
        try (SlotFile file = SlotFile.open(path)) {
            assertArrayEquals("four".getBytes(UTF_8), file.read());
        }
    }

    /// A write cut at any byte, with any prefix of the slot on disk, leaves the record before.
    @Test
    void survivesAWriteTornAtAnyByte() throws IOException {
        Path path = folder.resolve("record");
        try (SlotFile file = SlotFile.open(path)) {
            file.write("old".getBytes(UTF_8));
            file.write("before".getBytes(UTF_8));
        }
        byte[] base = Files.readAllBytes(path);
        try (SlotFile file = SlotFile.open(path)) {
            file.write("after!!".getBytes(UTF_8));
        }
        byte[] done = Files.readAllBytes(path);
        int first = Arrays.mismatch(base, done);
        int end = lastDifference(base, done) + 1;
        for (int cut = first; cut < end; cut++) {
            if (cut > first && base[cut - 1] == done[cut - 1]) continue; // as the cut before
            byte[] torn = Arrays.copyOf(base, Math.max(base.length, done.length));
            System.arraycopy(done, first, torn, first, cut - first);
            Path copy = folder.resolve("torn");
            Files.write(copy, torn);
            try (SlotFile file = SlotFile.open(copy)) {
                byte[] read = assertNotNull2(file.read());
                assertTrue(
                        Arrays.equals(read, "before".getBytes(UTF_8))
                                || Arrays.equals(read, "after!!".getBytes(UTF_8)),
                        "cut at " + cut);
            }
        }
    }

    /// Nobody may take up an older record because the newest one has a bad byte.
    @Test
    void aByteThatRotsInEitherSlotLosesNothing() throws IOException {
        Path path = folder.resolve("record");
        try (SlotFile file = SlotFile.open(path)) {
            file.write("older".getBytes(UTF_8));
            file.write("newest".getBytes(UTF_8));
        }
        byte[] right = Files.readAllBytes(path);
        for (int at = 0; at < right.length; at++) {
            int inSlot = at % (64 * 1024);
            if (inSlot > 100) continue;
            byte[] wrong = right.clone();
            wrong[at] ^= 0x40;
            Path copy = folder.resolve("rotten");
            Files.write(copy, wrong);
            try (SlotFile file = SlotFile.open(copy)) {
                assertArrayEquals("newest".getBytes(UTF_8), file.read(), "byte " + at);
            }
        }
    }

    /// What was read once is what a later write must not lose when a power cut tears it.
    @Test
    void whatWasReadOutlivesATornWrite() throws IOException {
        Path path = folder.resolve("record");
        try (SlotFile file = SlotFile.open(path)) {
            file.write("before".getBytes(UTF_8));
        }
        byte[] before = Files.readAllBytes(path);
        try (SlotFile file = SlotFile.open(path)) {
            file.write("after".getBytes(UTF_8));
        }
        byte[] half = Files.readAllBytes(path);
        System.arraycopy(before, 64 * 1024, half, 64 * 1024, 64 * 1024);
        Files.write(path, half); // power was lost between the two slots
        try (SlotFile file = SlotFile.open(path)) {
            assertArrayEquals("after".getBytes(UTF_8), file.read());
        }
        byte[] torn = Files.readAllBytes(path);
        torn[40] ^= 1; // the next write was torn in its first slot
        Files.write(path, torn);
        try (SlotFile file = SlotFile.open(path)) {
            assertArrayEquals("after".getBytes(UTF_8), file.read());
        }
    }

    @Test
    void saysThatARecordIsLostWhenBothSlotsAreDamaged() throws IOException {
        Path path = folder.resolve("record");
        try (SlotFile file = SlotFile.open(path)) {
            file.write("a".getBytes(UTF_8));
            file.write("b".getBytes(UTF_8));
        }
        try (FileChannel raw = FileChannel.open(path, StandardOpenOption.WRITE)) {
            raw.write(ByteBuffer.wrap(new byte[] {1}), 10);
            raw.write(ByteBuffer.wrap(new byte[] {1}), 64 * 1024 + 10);
        }
        try (SlotFile file = SlotFile.open(path)) {
            assertNull(file.read());
            assertTrue(file.lost());
        }
    }

    @Test
    void refusesARecordThatIsTooLarge() throws IOException {
        try (SlotFile file = SlotFile.open(folder.resolve("record"))) {
            assertThrows(IOException.class, () -> file.write(new byte[SlotFile.PAYLOAD_MAX + 1]));
            file.write(new byte[SlotFile.PAYLOAD_MAX]);
            assertEquals(SlotFile.PAYLOAD_MAX, assertNotNull2(file.read()).length);
        }
    }

    private static byte[] assertNotNull2(byte @org.jspecify.annotations.Nullable [] value) {
        assertNotNull(value);
        return value;
    }

    private static int lastDifference(byte[] a, byte[] b) {
        for (int i = Math.max(a.length, b.length) - 1; i >= 0; i--) {
            byte x = i < a.length ? a[i] : 0;
            byte y = i < b.length ? b[i] : 0;
            if (x != y) return i;
        }
        return -1;
    }
}
