package dev.understudy.node.rfs.front;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        assertEquals(List.of(), mounted.faults);
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

    /// Runs a change in a thread of its own and gives what it ended with.
    private java.util.concurrent.CompletableFuture<String> write(String name) {
        var done = new java.util.concurrent.CompletableFuture<String>();
        Thread.ofPlatform()
                .start(() -> {
                    try {
                        Files.writeString(dir.resolve(name), "x");
                        done.complete("written");
                    } catch (IOException e) {
                        done.complete(String.valueOf(e));
                    }
                });
        return done;
    }

    private void onLoop(Runnable work) {
        mounted.onLoop(() -> {
            work.run();
            return true;
        });
    }

    private void awaitHeld(int count) {
        long endNs = System.nanoTime() + 10_000_000_000L;
        while (mounted.onLoop(() -> mounted.front.waiting()) < count) {
            assertTrue(System.nanoTime() < endNs, "nothing waits at the gate");
            Thread.onSpinWait();
        }
    }

    @Test
    void whatComesWhileServingIsAnnouncedWaits() throws Exception {
        onLoop(mounted.front::readOnly);
        mounted.front.announced(1);
        var early = write("early");
        awaitHeld(1);
        assertFalse(early.isDone());
        onLoop(mounted.front::serve);
        mounted.front.announced(0);
        assertEquals("written", early.get(10, java.util.concurrent.TimeUnit.SECONDS));
    }

    @Test
    void whatWaitedForAnAnnouncementThatCameToNothingIsRefused() throws Exception {
        onLoop(mounted.front::readOnly);
        mounted.front.announced(1);
        var early = write("early");
        awaitHeld(1);
        mounted.front.announced(0);
        assertTrue(early.get(10, java.util.concurrent.TimeUnit.SECONDS).contains("Read-only"));
    }

    /// A take-over closes the gate of a read-only mount before it opens it.
    @Test
    void theKernelKeepsNamesOnceTheMountServes() throws Exception {
        Files.writeString(dir.resolve("a"), "x");
        onLoop(mounted.front::readOnly);
        onLoop(mounted.front::closeGate);
        onLoop(mounted.front::serve);
        Files.size(dir.resolve("a"));
        long before = mounted.onLoop(() -> mounted.front.counters().requests());
        for (int i = 0; i < 100; i++) {
            Files.size(dir.resolve("a"));
        }
        long asked = mounted.onLoop(() -> mounted.front.counters().requests()) - before;
        assertTrue(asked < 20, "asked " + asked + " times for what it may keep");
    }

    /// Each of these writes takes a second slot, for the operation that takes the set-user-id bit.
    @Test
    void manyThatWaitAtTheGateNeedMoreSlotsThanThereAre() throws Exception {
        int count = 56;
        for (int i = 0; i < count; i++) {
            Path file = Files.createFile(dir.resolve("f" + i));
            Files.setAttribute(file, "unix:mode", 04777);
        }
        onLoop(mounted.front::closeGate);
        Process writers =
                new ProcessBuilder(
                                "setpriv",
                                "--reuid=1004",
                                "--regid=1004",
                                "--clear-groups",
                                "sh",
                                "-c",
                                "i=0; while [ $i -lt "
                                        + count
                                        + " ]; do (echo x >> f$i || echo bad) & i=$((i+1)); done; wait")
                        .directory(dir.toFile())
                        .redirectErrorStream(true)
                        .start();
        awaitHeld(count);
        onLoop(mounted.front::serve);
        String out = new String(writers.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, writers.waitFor());
        assertEquals("", out);
        for (int i = 0; i < count; i++) {
            assertEquals("x\n", Files.readString(dir.resolve("f" + i)));
            assertEquals(0100777, Files.getAttribute(dir.resolve("f" + i), "unix:mode"));
        }
    }

    /// Every look at attributes makes the kernel ask for capabilities again before the next write;
    /// the answer comes from memory, and stat(2) itself from the kernel's.
    @Test
    void writingBetweenLooksCostsNoStormOfRequests() throws Exception {
        Path file = dir.resolve("a");
        try (var channel =
                java.nio.channels.FileChannel.open(
                        file,
                        java.nio.file.StandardOpenOption.CREATE,
                        java.nio.file.StandardOpenOption.WRITE)) {
            long before = mounted.onLoop(() -> mounted.front.counters().requests());
            for (int i = 0; i < 100; i++) {
                assertEquals(i, Files.size(file));
                channel.write(java.nio.ByteBuffer.wrap(new byte[1]), i);
            }
            long asked = mounted.onLoop(() -> mounted.front.counters().requests()) - before;
            assertTrue(asked <= 310, asked + " requests for 100 writes");
        }
    }

    /// A program may have more files open than we have descriptors: they are opened again when
    /// used.
    @Test
    void openFilesNeedNoDescriptorsOfOurs() throws Exception {
        int count = 4000;
        List<java.nio.channels.FileChannel> open = new ArrayList<>();
        long before = descriptors();
        for (int i = 0; i < count; i++) {
            Path file = dir.resolve("f" + i);
            var channel =
                    java.nio.channels.FileChannel.open(
                            file,
                            java.nio.file.StandardOpenOption.CREATE,
                            java.nio.file.StandardOpenOption.READ,
                            java.nio.file.StandardOpenOption.WRITE);
            channel.write(java.nio.ByteBuffer.wrap(("x" + i).getBytes(UTF_8)));
            open.add(channel);
            if (i % 20 == 0) {
                Files.delete(file);
            }
        }
        long ours = descriptors() - before - count;
        assertTrue(ours <= count / 20 + 2048 + 50, ours + " descriptors");
        for (int i = 0; i < count; i++) {
            java.nio.ByteBuffer read = java.nio.ByteBuffer.allocate(20);
            int length = open.get(i).read(read, 0);
            assertEquals("x" + i, new String(read.array(), 0, length, UTF_8));
            open.get(i).close();
        }
    }

    private static long descriptors() throws IOException {
        try (var list = Files.list(Path.of("/proc/self/fd"))) {
            return list.count();
        }
    }
}
