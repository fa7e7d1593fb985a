package dev.understudy.node.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00.000001Z");

    @TempDir Path folder;

    private Journal open() throws IOException {
        return Journal.open(folder, 64 * 1024, () -> NOON);
    }

    @Test
    void numbersGoOnAfterARestart() throws Exception {
        try (Journal journal = open()) {
            journal.append(Entry.event("m", "ONE", "first").with("k", 1));
        }
        try (Journal journal = open()) {
            Entry second = journal.append(Entry.alarm("n", "TWO", "second"));
            assertEquals(2, second.number());
            List<Entry> all = journal.tail("", 10);
            assertEquals(List.of("ONE", "TWO"), all.stream().map(Entry::name).toList());
            assertEquals("1", all.getFirst().facts().get("k"));
            assertEquals(1, journal.tail("n", 10).size());
        }
    }

    @Test
    void aTornLastLineIsSkipped() throws Exception {
        try (Journal journal = open()) {
            journal.append(Entry.event("m", "ONE", "first"));
        }
        Files.writeString(
                folder.resolve("journal.jsonl"), "{\"number\":2,\"na", StandardOpenOption.APPEND);
        try (Journal journal = open()) {
            journal.append(Entry.event("m", "NEXT", "after"));
        }
        try (Journal journal = open()) {
            assertEquals(1, journal.damagedLines());
            assertEquals(
                    List.of("ONE", "NEXT"),
                    journal.tail("", 10).stream().map(Entry::name).toList());
        }
    }

    @Test
    void twoFilesBoundTheSpace() throws Exception {
        try (Journal journal = open()) {
            for (int i = 0; i < 2_000; i++) {
                journal.append(Entry.event("m", "LINE", "x".repeat(100)));
            }
        }
        long bytes = 0;
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) bytes += Files.size(file);
        }
        assertTrue(bytes <= 2 * 64 * 1024, "bytes " + bytes);
    }

    @Test
    void readsForwardAlsoBeyondWhatMemoryHolds() throws Exception {
        try (Journal journal = Journal.open(folder, 10 << 20, () -> NOON)) {
            for (int i = 0; i < 5_000; i++) journal.append(Entry.event("m", "LINE", ""));
            List<Entry> some = journal.after("m", 1_000, 50);
            assertEquals(50, some.size());
            assertEquals(1_001, some.getFirst().number());
            assertEquals(1_050, some.getLast().number());
            assertEquals(5_000, journal.after("", 4_999, 10).getFirst().number());
            assertEquals(0, journal.after("other", 0, 10).size());
        }
    }

    @Test
    void followersSeeEachEntryInOrder() throws Exception {
        List<Long> seen = new ArrayList<>();
        try (Journal journal = open();
                AutoCloseable following = journal.follow(e -> seen.add(e.number()))) {
            assertTrue(following != null);
            journal.append(Entry.event("m", "A", ""));
            journal.append(Entry.event("m", "B", ""));
        }
        assertEquals(List.of(1L, 2L), seen);
    }

    @Test
    void anInterruptedWriterClosesNothingForTheOthers() throws Exception {
        try (Journal journal = open()) {
            Thread.currentThread().interrupt();
            journal.append(Entry.event("m", "INTERRUPTED", "written all the same"));
            assertTrue(Thread.interrupted());
            journal.append(Entry.event("n", "NEXT", "and so is this"));
        }
        try (Journal journal = open()) {
            assertEquals(
                    List.of("INTERRUPTED", "NEXT"),
                    journal.tail("", 10).stream().map(Entry::name).toList());
        }
    }

    @Test
    void tellsWhatWasKnownAtAMoment() throws Exception {
        Instant[] now = {NOON};
        try (Journal journal = Journal.open(folder, 64 * 1024, () -> now[0])) {
            for (int i = 0; i < 3_000; i++) {
                journal.append(Entry.event(i % 2 == 0 ? "m" : "n", "E" + i, "x"));
                now[0] = now[0].plusSeconds(1);
            }
            List<String> names =
                    journal.before("m", NOON.plusSeconds(2_500), 3).stream()
                            .map(Entry::name)
                            .toList();
            assertEquals(List.of("E2496", "E2498", "E2500"), names);
            assertEquals(List.of(), journal.before("m", NOON.minusSeconds(1), 3));
        }
    }
}
