package dev.understudy.node.rfs.front;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FuseFrontTest {
    private MountedTree mounted;
    private Path dir;

    @BeforeEach
    void mount() throws Exception {
        mounted = MountedTree.serving("*.local");
        dir = mounted.directory;
    }

    @AfterEach
    void unmount() throws Exception {
        mounted.close();
        assertEquals(java.util.List.of(), mounted.faults);
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        byte[] data = new byte[3_000_000];
        new java.util.Random(1).nextBytes(data);
        Files.write(dir.resolve("a"), data);
        assertArrayEquals(data, Files.readAllBytes(dir.resolve("a")));
        assertEquals(3_000_000, Files.size(dir.resolve("a")));
        Files.createDirectory(dir.resolve("d"));
        Files.move(dir.resolve("a"), dir.resolve("d/b"));
        Files.createLink(dir.resolve("c"), dir.resolve("d/b"));
        Files.createSymbolicLink(dir.resolve("s"), Path.of("d/b"));
        assertArrayEquals(data, Files.readAllBytes(dir.resolve("s")));
        Files.delete(dir.resolve("d/b"));
        assertArrayEquals(data, Files.readAllBytes(dir.resolve("c")));
        assertThrows(NoSuchFileException.class, () -> Files.readAllBytes(dir.resolve("s")));
        Files.delete(dir.resolve("d"));
        try (var list = Files.list(dir)) {
            assertEquals(2, list.count());
        }
    }

    @Test
    void aMountThatNeverServedIsReadOnly() throws Exception {
        Files.writeString(dir.resolve("a"), "x");
        mounted.onLoop(() -> {
            mounted.front.readOnly();
            return true;
        });
        IOException refused =
                assertThrows(IOException.class, () -> Files.writeString(dir.resolve("a"), "y"));
        assertTrue(String.valueOf(refused).contains("Read-only"));
        assertEquals("x", Files.readString(dir.resolve("a")));
        assertFalse(Files.exists(dir.resolve("b")));
    }
}
