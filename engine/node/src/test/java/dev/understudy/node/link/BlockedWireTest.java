package dev.understudy.node.link;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.node.rfs.stream.Chunks;
import dev.understudy.node.rfs.stream.Wire;
import dev.understudy.posix.net.EventLoop;
import dev.understudy.posix.net.StreamSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Whoever waits for room on a wire is told when there is some, whoever made it.
class BlockedWireTest {
    private static final int FRAME_BYTES = 1024;

    private final CountDownLatch writable = new CountDownLatch(1);

    private final class Waiting implements Wire.Taker {
        @Override
        public void frame(int type, ByteBuffer buffer, int at, int place) {
            throw new AssertionError("the peer sends nothing");
        }

        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void endOfBatch() {
            // nothing came
        }

        @Override
        public void writable() {
            writable.countDown();
        }

        @Override
        public void lost(String reason) {
            throw new AssertionError(reason);
        }
    }

    /// Two hand over frames to one wire. The second one's flush finds room before the loop sees
    /// that there is some: the first one must hear of it all the same.
    @Test
    void roomThatAnotherOnesFlushFoundIsTold() throws Exception {
        CompletableFuture<Throwable> fault = new CompletableFuture<>();
        try (ServerSocketChannel server =
                        ServerSocketChannel.open()
                                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                EventLoop loop = new EventLoop("blocked", fault::complete)) {
            InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
            StreamSocket socket = StreamSocket.connect(address, null);
            try (SocketChannel peer = server.accept()) {
                peer.configureBlocking(false);
                Thread thread = loop.start();
                loop.execute(() -> play(loop, new Connection(socket, null, "peer"), peer));
                boolean told = writable.await(5, TimeUnit.SECONDS);
                assertTrue(told, () -> "not told; " + fault.getNow(new Throwable("no fault")));
                loop.stop();
                thread.join();
            }
        }
    }

    private void play(EventLoop loop, Connection connection, SocketChannel peer) {
        try {
            Wire wire = new Wire(loop, connection, new Chunks(Chunks.CHUNK_BYTES), new Waiting());
            ByteBuffer frame =
                    ByteBuffer.allocate(FRAME_BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putInt(0, FRAME_BYTES);
            while (wire.hasRoom()) {
                wire.append(frame, 0, FRAME_BYTES);
            }
            ByteBuffer sink = ByteBuffer.allocate(1 << 20);
            while (!wire.hasRoom()) {
                int count;
                do {
                    count = peer.read(sink.clear());
                } while (count > 0);
                wire.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
