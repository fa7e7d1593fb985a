package dev.understudy.node.rfs.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.HaException;
import dev.understudy.posix.fs.Cover;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fuse.FuseConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MountCheckTest {
    @TempDir private Path temp;

    @Test
    void whoUsesTheDirectoryIsNamed() throws Exception {
        Path data = Files.createDirectory(temp.resolve("data"));
        MountCheck.check(data, temp.resolve("home"));
        Process user =
                new ProcessBuilder("sh", "-c", "exec 3> open-file; echo ready; read stop")
                        .directory(data.toFile())
                        .start();
        try {
            assertEquals('r', user.getInputStream().read());
            HaException refused =
                    assertThrows(
                            HaException.class, () -> MountCheck.check(data, temp.resolve("home")));
            assertEquals("HA-3105", refused.code());
            assertTrue(refused.fault().contains("pid " + user.pid() + " (sh)"), refused.fault());
        } finally {
            user.destroy();
            user.waitFor();
        }
    }

    @Test
    void theDaemonsOwnFilesAndMissingDirectoriesAreRefused() throws Exception {
        Path home = Files.createDirectories(temp.resolve("a/home"));
        assertEquals(
                "HA-3103",
                assertThrows(HaException.class, () -> MountCheck.check(temp.resolve("a"), home))
                        .code());
        assertEquals(
                "HA-3101",
                assertThrows(HaException.class, () -> MountCheck.check(temp.resolve("b"), home))
                        .code());
        assertEquals(
                "HA-3104",
                assertThrows(
                                HaException.class,
                                () -> MountCheck.check(Path.of("/dev"), temp.resolve("h")))
                        .code());
    }

    @Test
    void aDeadMountIsTakenAway() throws Exception {
        Path data = Files.createDirectory(temp.resolve("data"));
        Files.writeString(data.resolve("below"), "x");
        Cover.put(temp.toRealPath().resolve("data"));
        assertThrows(java.io.IOException.class, () -> Files.readString(data.resolve("below")));
        assertThrows(java.io.IOException.class, () -> Files.writeString(data.resolve("x"), "x"));
        FuseConnection.mount(data, "dead", 0).close();
        assertThrows(java.io.IOException.class, () -> Files.readString(data.resolve("below")));
        FuseConnection hangs = FuseConnection.mount(temp.toRealPath().resolve("data"), "hangs", 0);
        assertEquals(3, FuseConnection.detachStale(data));
        assertEquals("x", Files.readString(data.resolve("below")));
        hangs.close();
        assertTrue(Fd.close(-1) < 0);
    }
}
