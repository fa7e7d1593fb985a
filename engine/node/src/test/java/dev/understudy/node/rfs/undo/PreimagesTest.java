package dev.understudy.node.rfs.undo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.Generation;
import dev.understudy.core.rfs.FileId;
import dev.understudy.node.rfs.tree.Excludes;
import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.node.rfs.tree.TreeReader;
import dev.understudy.node.rfs.tree.TreeWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is kept of before outlives the process, and is never taken for more than it is: a file that
/// was cut short, damaged, or written in another boot of the machine.
class PreimagesTest {
    private static final String BOOT = "boot 1";
    private static final Origin ORIGIN =
            new Origin(BOOT, 4711, new Generation(5), new Generation(3));

    @TempDir Path home;
    private final List<String> lost = new ArrayList<>();
    private Path directory;
    private Path log;
    private LowerTree tree;
    private FileId id;

    @BeforeEach
    void open() throws Exception {
        directory = Files.createDirectory(home.resolve("data"));
        Files.writeString(directory.resolve("file"), "what it was");
        log = directory.resolve(Excludes.ASIDE).resolve("preimages");
        tree =
                LowerTree.open(
                        directory,
                        FileId.ofRoot("m", "data"),
                        home.resolve("index"),
                        Excludes.NONE);
        id = Objects.requireNonNull(new TreeReader(tree).list(tree.rootId())).getFirst().id();
    }

    @AfterEach
    void close() {
        tree.close();
    }

    private Preimages preimages(String boot, long bytesMax) {
        return new Preimages(List.of(tree), boot, bytesMax, lost::add);
    }

    private void overwrite(Preimages before, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        before.data(0, id, 0, bytes.length);
        LowerFile file = Objects.requireNonNull(tree.byId(id));
        assertTrue(file.isRegular());
        ByteBuffer data = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        new TreeWriter(tree).write(id, 0, data);
    }

    private String content() throws IOException {
        return Files.readString(directory.resolve("file"));
    }

    @Test
    void anotherProcessSetsBack() throws Exception {
        try (Preimages before = preimages(BOOT, 1 << 20)) {
            before.begin(ORIGIN);
            overwrite(before, "something else, and longer");
        }
        try (Preimages later = preimages(BOOT, 1 << 20)) {
            assertTrue(later.resume());
            assertTrue(later.isKept());
            overwrite(later, "the next attempt");
            assertEquals(ORIGIN, later.setBack());
            assertEquals("what it was", content());
            later.clear();
            assertFalse(Files.exists(log.getParent()));
            assertThrows(IOException.class, later::setBack);
        }
        assertEquals(List.of(), lost);
    }

    @Test
    void whatWasCutShortBelongsToAChangeThatWasNotMade() throws Exception {
        long whole;
        try (Preimages before = preimages(BOOT, 1 << 20)) {
            before.begin(ORIGIN);
            before.attributes(0, id);
            whole = Files.size(log);
            before.data(0, id, 0, 4);
        }
        byte[] bytes = Files.readAllBytes(log);
        for (int length = (int) whole; length < bytes.length; length += 7) {
            Files.write(log, Arrays.copyOf(bytes, length));
            try (Preimages later = preimages(BOOT, 1 << 20)) {
                later.resume();
                assertTrue(later.isKept(), "cut to " + length);
                assertEquals(whole, Files.size(log));
                later.setBack();
                assertEquals("what it was", content());
            }
        }
        assertEquals(List.of(), lost);
    }

    @Test
    void nothingDamagedIsTrusted() throws Exception {
        try (Preimages before = preimages(BOOT, 1 << 20)) {
            before.begin(ORIGIN);
            overwrite(before, "new");
            before.attributes(0, tree.rootId());
        }
        byte[] bytes = Files.readAllBytes(log);
        int trusted = 0;
        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= 0x40;
            Files.write(log, damaged);
            try (Preimages later = preimages(BOOT, 1 << 20)) {
                later.resume();
                if (later.isKept()) {
                    // a length that reaches beyond the end reads as cut short: only the last record
                    // can be that without being missed
                    trusted++;
                    assertTrue(Files.size(log) < bytes.length, "byte " + at);
                }
            }
        }
        assertTrue(trusted < bytes.length / 20, trusted + " of " + bytes.length);
    }

    @Test
    void anotherBootProvesNothing() throws Exception {
        try (Preimages before = preimages(BOOT, 1 << 20)) {
            before.begin(ORIGIN);
            overwrite(before, "new");
        }
        try (Preimages later = preimages("boot 2", 1 << 20)) {
            assertTrue(later.resume());
            assertFalse(later.isKept());
        }
        assertEquals(1, lost.size());
        assertTrue(lost.getFirst().contains("restarted"), lost::toString);
        assertFalse(Files.exists(log));
    }

    @Test
    void withoutRoomNothingIsKeptAndItIsSaid() throws Exception {
        try (Preimages before = preimages(BOOT, 100)) {
            before.begin(ORIGIN);
            assertFalse(before.isKept());
            overwrite(before, "the resynchronisation goes on");
        }
        assertEquals(1, lost.size());
        assertTrue(lost.getFirst().contains("more than 100 bytes"), lost::toString);
        assertEquals("the resynchronisation goes on", content());
        assertFalse(Files.exists(log));
    }

    /// Clearing away waits for its turn; a resynchronisation that began meanwhile keeps what it
    /// has.
    @Test
    void whatIsClearedLateTakesNothingThatIsKeptAnew() throws Exception {
        try (Preimages before = preimages(BOOT, 1 << 20)) {
            Runnable late = before.clearing();
            before.begin(ORIGIN);
            overwrite(before, "new");
            late.run();
            assertTrue(before.isKept());
            before.setBack();
            assertEquals("what it was", content());
            before.clearing().run();
            assertFalse(before.isKept());
            assertFalse(Files.exists(log.getParent()));
        }
    }
}
