package dev.understudy.posix.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamSocketTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void movesBytesBothWays(String host) throws Exception {
        try (TcpPair pair = TcpPair.open(host)) {
            assertEquals(0, pair.server().read(ByteBuffer.allocateDirect(10)), "nothing yet");
            ByteBuffer head = TcpPair.direct("head ");
            ByteBuffer body = TcpPair.direct("body");
            assertEquals(9, pair.client().write(head, body));
            assertFalse(head.hasRemaining() || body.hasRemaining());
            assertTrue(pair.server().awaitReadable(TcpPair.DEADLINE_NS));
            ByteBuffer got = ByteBuffer.allocateDirect(20);
            assertEquals(9, pair.server().read(got));
            assertEquals("head body", StandardCharsets.UTF_8.decode(got.flip()).toString());
            assertEquals(
                    pair.client().localAddress(),
                    pair.server().remoteAddress(),
                    "each knows the other");
            pair.client().shutdownOutput();
            assertTrue(pair.server().awaitReadable(TcpPair.DEADLINE_NS));
            assertEquals(StreamSocket.END, pair.server().read(got.clear()));
        }
    }

    @Test
    void aFullKernelBufferTakesAPartAndThenNothing() throws Exception {
        try (TcpPair pair = TcpPair.open()) {
            pair.client().bufferBytes(64 * 1024, 0);
            ByteBuffer first = ByteBuffer.allocateDirect(100);
            ByteBuffer second = ByteBuffer.allocateDirect(32 << 20);
            long sent = 0;
            int n;
            while ((n = pair.client().write(first, second)) > 0) {
                sent += n;
            }
            assertTrue(sent > 100 && second.hasRemaining());
            assertEquals(sent, first.position() + second.position());
            assertFalse(pair.client().awaitWritable(10_000_000L));
        }
    }

    @Test
    void refusedAndResetConnectionsSaySo() throws Exception {
        InetSocketAddress free;
        InetAddress host = InetAddress.getLoopbackAddress();
        try (StreamSocket listener = StreamSocket.listen(new InetSocketAddress(host, 0), 1)) {
            free = listener.localAddress();
            assertNull(listener.accept());
            ErrnoException inUse =
                    assertThrows(ErrnoException.class, () -> StreamSocket.listen(free, 1));
            assertEquals(Errno.EADDRINUSE, inUse.errno());
            assertTrue(
                    String.valueOf(inUse.getMessage()).contains(":" + free.getPort()),
                    inUse.getMessage());
        }
        try (StreamSocket socket = StreamSocket.connect(free, null)) {
            assertTrue(socket.awaitWritable(TcpPair.DEADLINE_NS));
            assertEquals(Errno.ECONNREFUSED, socket.finishConnect());
        }
        try (TcpPair pair = TcpPair.open()) {
            pair.server().resetOnClose().close();
            assertTrue(pair.client().awaitReadable(TcpPair.DEADLINE_NS));
            ErrnoException reset =
                    assertThrows(
                            ErrnoException.class,
                            () -> pair.client().read(ByteBuffer.allocateDirect(1)));
            assertEquals(Errno.ECONNRESET, reset.errno());
            // A second write must give EPIPE as a value, not kill the JVM by SIGPIPE.
            ErrnoException pipe =
                    assertThrows(
                            ErrnoException.class, () -> pair.client().write(TcpPair.direct("x")));
            assertEquals(Errno.EPIPE, pipe.errno());
        }
    }

    @Test
    void optionsAreTaken() throws Exception {
        try (TcpPair pair = TcpPair.open()) {
            pair.client().keepAlive(1, 1, 3).userTimeoutMs(2000).quickAck();
        }
    }

    /// Plays ping-pong between a loop and this thread and counts what the loop's thread allocates.
    @Test
    void anEventAllocatesNothing() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        CompletableFuture<Throwable> fault = new CompletableFuture<>();
        try (TcpPair pair = TcpPair.open();
                EventLoop loop = new EventLoop("echo-loop", fault::complete)) {
            ByteBuffer head = ByteBuffer.allocateDirect(40);
            ByteBuffer body = ByteBuffer.allocateDirect(88);
            ByteBuffer in = ByteBuffer.allocateDirect(128);
            loop.register(
                    pair.server().fd(),
                    EventLoop.READ,
                    (_, _) -> echo(pair.server(), in.clear(), head.clear(), body.clear()));
            long id = loop.start().threadId();
            ByteBuffer message = ByteBuffer.allocateDirect(128);
            rounds(pair.client(), message, 30_000);
            long before = threads.getThreadAllocatedBytes(id);
            int rounds = 10_000;
            rounds(pair.client(), message, rounds);
            long perRound = (threads.getThreadAllocatedBytes(id) - before) / rounds;
            assertTrue(perRound < 16, "bytes allocated per event: " + perRound);
            assertFalse(fault.isDone());
        }
    }

    private static void echo(StreamSocket socket, ByteBuffer in, ByteBuffer head, ByteBuffer body) {
        try {
            while (in.hasRemaining() && socket.read(in) > 0) {}
            socket.write(head, body);
        } catch (ErrnoException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void rounds(StreamSocket socket, ByteBuffer message, int count)
            throws Exception {
        for (int i = 0; i < count; i++) {
            socket.write(message.clear());
            message.clear();
            while (message.hasRemaining()) {
                assertTrue(socket.awaitReadable(TcpPair.DEADLINE_NS));
                socket.read(message);
            }
        }
    }

    @Test
    void aHandlerHearsOfTheEnd() throws Exception {
        CompletableFuture<Integer> bits = new CompletableFuture<>();
        try (TcpPair pair = TcpPair.open();
                EventLoop loop = new EventLoop("end-loop", bits::completeExceptionally)) {
            loop.register(
                    pair.server().fd(),
                    EventLoop.READ | EventLoop.READ_CLOSED,
                    (_, ready) -> bits.complete(ready));
            loop.start();
            pair.client().shutdownOutput();
            int ready = bits.get(5, TimeUnit.SECONDS);
            assertTrue((ready & EventLoop.READ_CLOSED) != 0);
        }
    }
}
