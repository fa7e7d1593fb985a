package dev.understudy.node.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two replicas in one process: real mounts, real TCP on loopback.
@Timeout(120)
class ReplicaPairTest {
    @TempDir Path home;
    private TestNode a;
    private TestNode b;

    @BeforeEach
    void start() throws Exception {
        a = new TestNode("a", home, null);
        b = new TestNode("b", home, null);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        assertEquals(List.of(), a.faults);
        assertEquals(List.of(), b.faults);
    }

    private void startBoth() throws Exception {
        a.start(b);
        b.start(a);
    }

    private void assertEqualTrees() throws Exception {
        a.command(new Effect.Barrier());
        a.await(Event.BarrierDone.class);
        // Times that the kernel gave travel within a second.
        long endNs = System.nanoTime() + 5_000_000_000L;
        while (System.nanoTime() < endNs
                && !Trees.describe(a.directory).equals(Trees.describe(b.directory))) {
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
        }
        assertEquals(Trees.describe(a.directory), Trees.describe(b.directory));
    }

    static void write(Path file, long offset, byte[] data) throws Exception {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(data), offset);
        }
    }

    @Test
    void aloneServes() throws Exception {
        a.start(b);
        a.prim(1);
        Files.writeString(a.directory.resolve("x"), "hello");
        assertEquals("hello", Files.readString(a.directory.resolve("x")));
    }

    @Test
    void firstCopyThenLiveWrites() throws Exception {
        Files.createDirectories(a.directory.resolve("d/e"));
        Files.writeString(a.directory.resolve("d/e/f"), "before");
        byte[] large = new byte[3_000_000];
        new Random(1).nextBytes(large);
        Files.write(a.directory.resolve("large"), large);
        Files.createSymbolicLink(a.directory.resolve("link"), Path.of("d/e/f"));
        Files.createLink(a.directory.resolve("hard"), a.directory.resolve("large"));
        Files.writeString(b.directory.resolve("stale"), "goes away");
        startBoth();
        a.prim(1);
        a.join(b, 1);
        Files.writeString(a.directory.resolve("d/live"), "after");
        write(a.directory.resolve("large"), 1_000_000, new byte[100_000]);
        Files.move(a.directory.resolve("d/e/f"), a.directory.resolve("moved"));
        Files.delete(a.directory.resolve("link"));
        assertEqualTrees();
    }
}
