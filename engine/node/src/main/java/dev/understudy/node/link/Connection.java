package dev.understudy.node.link;

import dev.understudy.core.rfs.BadFrame;
import dev.understudy.core.rfs.Frames;
import dev.understudy.core.rfs.Hello;
import dev.understudy.posix.net.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// One connection to a peer, plain or TLS; made off the loop, then owned by one loop.
///
/// Reads and writes never block. Buffers are direct and little-endian. What [#write] took is on its
/// way or waits inside; [#flush] moves it on when the socket is writable again.
public final class Connection implements AutoCloseable {
    private final StreamSocket socket;
    private final @Nullable TlsLayer tls;
    private final String remote;
    private @Nullable String certified;
    private boolean closed;

    Connection(StreamSocket socket, @Nullable TlsLayer tls, String remote) {
        this.socket = socket;
        this.tls = tls;
        this.remote = remote;
    }

    void certified(String node) {
        certified = node;
    }

    @Nullable String certified() {
        return certified;
    }

    /// Returns the descriptor, for the loop.
    public int fd() {
        return socket.fd();
    }

    /// Returns the peer's address, for messages.
    public String remote() {
        return remote;
    }

    /// Tells whether the connection is encrypted.
    public boolean isEncrypted() {
        return tls != null;
    }

    /// Reads what is there into a direct buffer and advances its position.
    ///
    /// @return bytes read, 0 when there is nothing now, -1 when the peer has closed
    /// @throws IOException if the connection broke
    public int read(ByteBuffer into) throws IOException {
        if (tls != null) {
            return tls.read(into);
        }
        int count = socket.read(into);
        return count == StreamSocket.END ? -1 : count;
    }

    /// Takes bytes from a direct buffer, as many as there is room for, and advances its position.
    ///
    /// @return whether all were taken **and** nothing waits inside
    /// @throws IOException if the connection broke
    public boolean write(ByteBuffer from) throws IOException {
        if (tls != null) {
            return tls.write(from);
        }
        while (from.hasRemaining()) {
            if (socket.write(from) <= 0) {
                return false;
            }
        }
        return true;
    }

    /// Writes two buffers as one, the second right behind the first; advances both positions.
    ///
    /// @return whether all were taken and nothing waits inside
    public boolean write(ByteBuffer first, ByteBuffer second) throws IOException {
        if (tls != null || !first.hasRemaining()) {
            return write(first) && write(second);
        }
        if (socket.write(first, second) <= 0) {
            return false;
        }
        return write(first) && write(second);
    }

    /// Moves on what waits inside.
    ///
    /// @return whether nothing waits any more
    public boolean flush() throws IOException {
        return tls == null || tls.flush();
    }

    /// Gives secret bytes that only both ends of this TLS connection know (RFC 8446, 7.5).
    ///
    /// @param label names the use
    /// @return null on a plain connection
    public byte @Nullable [] export(String label, int length) throws IOException {
        return tls == null ? null : tls.export(label, length);
    }

    /// Writes a hello and waits until it is gone. Off the loop.
    public void sendHello(Hello hello, long timeoutNs) throws IOException {
        ByteBuffer frame = buffer(Hello.BYTES_MAX);
        hello.write(frame);
        frame.flip();
        sendAll(frame, timeoutNs);
    }

    /// Refuses and closes. Off the loop.
    void refuse(Frames.Reason reason, long epoch, String text) {
        ByteBuffer frame = buffer(Frames.BASE_BYTES + Frames.TEXT_BYTES_MAX);
        Frames.error(frame, reason, epoch, text);
        frame.flip();
        try {
            sendAll(frame, 1_000_000_000L);
            socket.shutdownOutput();
        } catch (IOException e) {
            // The refusal could not be delivered; closing says the same.
            assert e != null;
        } finally {
            close();
        }
    }

    /// Writes everything, waiting for room. Off the loop.
    void sendAll(ByteBuffer frame, long timeoutNs) throws IOException {
        boolean done = write(frame);
        while (!done) {
            if (!socket.awaitWritable(timeoutNs)) {
                throw new IOException(remote + " does not take what is sent");
            }
            done = flush() && write(frame);
        }
    }

    /// Reads the peer's hello, waiting for it; what follows it stays unread. Off the loop.
    ///
    /// @throws LinkException if the peer refuses
    Hello awaitHello(long timeoutNs) throws IOException {
        ByteBuffer frame = buffer(Frames.BASE_BYTES + Frames.TEXT_BYTES_MAX);
        long deadlineNs = System.nanoTime() + timeoutNs;
        fill(frame, 4, deadlineNs);
        int bytes = Frames.bytes(frame, 0);
        if (bytes > frame.capacity()) {
            throw new BadFrame("the connection begins with a frame of " + bytes + " bytes");
        }
        fill(frame, bytes, deadlineNs);
        frame.flip();
        if (Frames.type(frame, 0) == dev.understudy.core.rfs.FrameType.ERROR) {
            throw new LinkException(
                    Frames.reason(frame, 0), Frames.value(frame, 0), Frames.text(frame, 0));
        }
        return Hello.read(frame);
    }

    private void fill(ByteBuffer into, int upTo, long deadlineNs) throws IOException {
        into.limit(upTo);
        while (into.hasRemaining()) {
            int count = read(into);
            if (count < 0) {
                throw new IOException(remote + " closed the connection");
            }
            if (count == 0) {
                long leftNs = deadlineNs - System.nanoTime();
                if (leftNs <= 0 || !socket.awaitReadable(leftNs)) {
                    throw new IOException(remote + " says nothing");
                }
            }
        }
        into.limit(into.capacity());
    }

    /// Reads at least one byte, waiting for it. Off the loop.
    ///
    /// @return false when the peer has closed
    boolean readBlocking(ByteBuffer into) throws IOException {
        while (true) {
            int count = read(into);
            if (count != 0) {
                return count > 0;
            }
            socket.awaitReadable(60_000_000_000L);
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Closes at once; what waits inside is lost. Unregister from the loop first.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            socket.close();
        }
    }

    @Override
    public String toString() {
        return remote + (tls == null ? " (plain)" : " (TLS)");
    }
}
