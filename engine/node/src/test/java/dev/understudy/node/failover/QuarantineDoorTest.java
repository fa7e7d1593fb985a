package dev.understudy.node.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.Generation;
import dev.understudy.core.member.HaException;
import dev.understudy.core.rfs.QuarantineEntry;
import dev.understudy.core.rfs.QuarantineLimits;
import dev.understudy.node.api.ModuleQuarantine;
import dev.understudy.node.rfs.quarantine.Quarantine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an operator gets to see of the quarantine, and what is refused with which words.
class QuarantineDoorTest {
    private static final String ID = "20260102-030405";

    @TempDir Path home;
    private boolean serves;
    private Path data;

    @BeforeEach
    void layOut() throws IOException {
        data = Files.createDirectories(home.resolve("data"));
        Path entry = home.resolve("q").resolve(ID);
        Files.createDirectories(entry.resolve("files/data/d"));
        Files.writeString(entry.resolve("files/data/d/f"), "kept");
        QuarantineEntry record =
                new QuarantineEntry(
                        1000,
                        new Generation(7),
                        false,
                        4,
                        List.of(
                                new QuarantineEntry.Kept("data", "d", 0x4000, 0, 1),
                                new QuarantineEntry.Kept("data", "d/f", 0x8000, 4, 2)));
        Files.write(entry.resolve("entry"), record.encode());
    }

    private QuarantineDoor door() throws IOException {
        Quarantine quarantine =
                new Quarantine(
                        home.resolve("q"),
                        new QuarantineLimits(99, Duration.ofDays(1)),
                        InstantSource.system(),
                        _ -> {});
        return new QuarantineDoor(
                "m", "n1", quarantine, home.resolve("q"), Map.of("data", data), () -> serves);
    }

    @Test
    void listsAndShows() throws Exception {
        ModuleQuarantine.Listing all = door().list();
        assertEquals(4, all.bytes());
        assertEquals(99, all.bytesMax());
        assertEquals(86_401_000L, all.entries().getFirst().expiresAtMs());
        assertEquals(
                List.of(
                        new ModuleQuarantine.File("data/d", "directory", 0, 1000),
                        new ModuleQuarantine.File("data/d/f", "file", 4, 2000)),
                door().show(ID).orElseThrow().files());
        assertTrue(door().show("20260102-030406").isEmpty());
        assertTrue(door().warning().contains("1 entry of 4 bytes"), door().warning());
    }

    @Test
    void aNodeThatDoesNotServeSaysHowToRestore() throws Exception {
        HaException refused =
                assertThrows(HaException.class, () -> door().restore(ID, List.of("data/d"), false));
        assertEquals("HA-3403", refused.code());
        assertTrue(refused.remedy().contains("swap"), refused.remedy());
        assertFalse(Files.exists(data.resolve("d")));
    }

    @Test
    void restoresAndRefusesWhatIsInTheWay() throws Exception {
        serves = true;
        assertEquals(
                "1 files of " + ID + " are back", door().restore(ID, List.of("data/d"), false));
        assertEquals("kept", Files.readString(data.resolve("d/f")));
        Files.writeString(data.resolve("d/f"), "newer");
        HaException there =
                assertThrows(
                        HaException.class, () -> door().restore(ID, List.of("data/d/f"), false));
        assertEquals("HA-3404", there.code());
        assertEquals("newer", Files.readString(data.resolve("d/f")));
        door().restore(ID, List.of("data/d/f"), true);
        assertEquals("kept", Files.readString(data.resolve("d/f")));
        assertEquals(
                "HA-3405",
                assertThrows(HaException.class, () -> door().restore(ID, List.of("x"), true))
                        .code());
        assertEquals(
                "HA-3405",
                assertThrows(HaException.class, () -> door().restore(ID, List.of(""), true))
                        .code());
    }

    @Test
    void aLinkInTheWayLeadsNowhereElse() throws Exception {
        serves = true;
        Path outside = Files.createDirectories(home.resolve("outside"));
        Files.createSymbolicLink(data.resolve("d"), outside);
        assertThrows(HaException.class, () -> door().restore(ID, List.of("data/d/f"), false));
        assertThrows(IOException.class, () -> door().restore(ID, List.of("data/d/f"), true));
        assertFalse(Files.exists(outside.resolve("f")));
    }

    @Test
    void exportsAndDrops() throws Exception {
        QuarantineDoor door = door();
        door.export(ID, home.resolve("out").toString());
        assertEquals("kept", Files.readString(home.resolve("out/data/d/f")));
        assertEquals(
                "HA-3401",
                assertThrows(HaException.class, () -> door.export("no", "/tmp/x")).code());
        for (String unfit : List.of("", "relative", home.resolve("out").toString(), "a\0b")) {
            assertEquals(
                    "HA-3402",
                    assertThrows(HaException.class, () -> door.export(ID, unfit)).code(),
                    unfit);
        }
        assertTrue(door.drop(ID));
        assertFalse(door.drop(ID));
        assertEquals("", door.warning());
    }
}
