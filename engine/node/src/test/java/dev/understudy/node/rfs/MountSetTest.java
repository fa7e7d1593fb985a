package dev.understudy.node.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Commands that come while mounts are being made.
@Timeout(60)
class MountSetTest {
    @TempDir Path home;
    private TestNode node;

    @BeforeEach
    void open() throws Exception {
        node = new TestNode("a", home, null);
        node.open("b", node.address(), TestNode.TUNING);
    }

    @AfterEach
    void close() {
        node.close();
        assertEquals(List.of(), node.faults);
        assertEquals(0, mounts(), "left behind");
    }

    private long mounts() {
        try {
            return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                    .filter(line -> line.contains(" " + node.directory + " "))
                    .count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// The daemon mounts when it starts, and again when the module is started while that is under
    /// way: two mounts over each other left the application with the one that never opened.
    @RepeatedTest(5)
    void twoCommandsToMountMakeOneMount() throws Exception {
        node.command(new Effect.MountReadOnly());
        node.command(new Effect.MountReadOnly());
        node.await(Event.Mounted.class);
        node.await(Event.Mounted.class);
        node.await(Event.Verified.class);
        assertEquals(1, mounts());
        node.prim(1);
        Files.writeString(node.directory.resolve("x"), "written");
        assertEquals("written", Files.readString(node.directory.resolve("x")));
    }

    @RepeatedTest(5)
    void servesThroughAMountThatIsMadeWhenTheCommandComes() throws Exception {
        node.command(new Effect.MountReadOnly());
        node.await(Event.Verified.class);
        node.command(new Effect.Abort());
        node.prim(1);
        node.await(Event.Mounted.class);
        Files.writeString(node.directory.resolve("x"), "written");
        assertEquals(1, mounts());
    }
}
