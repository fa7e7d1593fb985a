package dev.understudy.node.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
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
        assertEquals(0, mounts(" "), "left behind");
    }

    private long mounts() {
        return mounts(" - fuse.understudy ");
    }

    private long mounts(String type) {
        try {
            return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                    .filter(line -> line.contains(" " + node.directory + " "))
                    .filter(line -> line.contains(type))
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

    /// While a mount is exchanged nothing may be written to the directory below: nobody would know
    /// of it.
    @Test
    void nobodyReachesTheDirectoryBelowWhileAMountIsExchanged() throws Exception {
        node.command(new Effect.MountReadOnly());
        node.await(Event.Mounted.class);
        node.await(Event.Verified.class);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger tries = new AtomicInteger();
        Thread writer = Thread.ofPlatform().start(() -> writeUntil(stop, tries));
        for (int i = 0; i < 30; i++) {
            int before = tries.get();
            node.command(new Effect.Abort());
            node.await(Event.Mounted.class);
            while (tries.get() == before) {
                Thread.onSpinWait();
            }
        }
        stop.set(true);
        writer.join();
        node.close();
        try (var files = Files.list(node.directory)) {
            assertEquals(List.of(), files.map(file -> file.getFileName().toString()).toList());
        }
        node = new TestNode("a", home, null);
        node.open("b", node.address(), TestNode.TUNING);
    }

    private void writeUntil(AtomicBoolean stop, AtomicInteger tries) {
        while (!stop.get()) {
            try {
                Files.writeString(node.directory.resolve("leak-" + tries.get()), "x");
            } catch (IOException _) {
                // read-only, aborted, or nothing there: all of it is right
            }
            tries.incrementAndGet();
        }
    }
}
