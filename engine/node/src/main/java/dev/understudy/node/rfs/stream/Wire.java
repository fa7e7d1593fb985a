package dev.understudy.node.rfs.stream;

import dev.understudy.core.rfs.BadFrame;
import dev.understudy.core.rfs.Frames;
import dev.understudy.core.rfs.Op;
import dev.understudy.node.link.Connection;
import dev.understudy.posix.net.EventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// One connection on a loop, as frames.
///
/// Out: small frames gather in a batch that [#flush] sends in one call; a large one is sent from
/// where it lies, together with the batch before it. Nothing is allocated. In: each frame is shown
/// where it was read ([Chunks]); after everything that one read brought, [Taker#endOfBatch] is
/// called once.
public final class Wire implements AutoCloseable {
    private static final int BATCH_BYTES = 256 * 1024;

    /// Largest frame that [#append] copies, so that it need not lie outside the heap.
    public static final int COPY_BYTES_MAX = 20 * 1024;

    private static final int AFTER_BYTES = 256 * 1024;
    private static final int READS_MAX = 4;

    /// Gets what the peer sends; called on the loop.
    public interface Taker {
        /// Takes one frame.
        ///
        /// @param place where it lies, to be kept by [Chunks#retain] if it is needed longer
        /// @throws BadFrame if it breaks the protocol
        void frame(int type, ByteBuffer buffer, int at, int place);

        /// Tells whether the next operation can be taken; if not, [Wire#resume] goes on.
        boolean hasRoom();

        /// Called after the frames of one read.
        void endOfBatch();

        /// Called, from the loop itself, when [Wire#hasRoom] holds again after it did not.
        void writable();

        /// The connection is gone and closed; nothing comes after it.
        void lost(String reason);
    }

    private final EventLoop loop;
    private final Connection connection;
    private final Chunks chunks;
    private final Taker taker;
    private final ByteBuffer batch =
            ByteBuffer.allocateDirect(BATCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer after =
            ByteBuffer.allocateDirect(AFTER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private @Nullable ByteBuffer piece;
    private int parsed;
    private boolean blocked;
    private boolean paused;
    private boolean reading;
    private boolean closed;
    private long bytesOut;
    private long bytesIn;

    /// Takes a connection over. On the loop.
    public Wire(EventLoop loop, Connection connection, Chunks chunks, Taker taker)
            throws IOException {
        this.loop = loop;
        this.connection = connection;
        this.chunks = chunks;
        this.taker = taker;
        parsed = chunks.current().position();
        loop.register(connection.fd(), EventLoop.READ, (_, ready) -> ready(ready));
    }

    /// Reads what may have come before the connection reached the loop. Call once, after the taker
    /// knows this wire.
    public void begin() {
        ready(EventLoop.READ);
    }

    /// Tells whether an operation may be appended.
    public boolean hasRoom() {
        return !blocked && !closed;
    }

    /// Tells whether the connection is gone.
    public boolean isClosed() {
        return closed;
    }

    /// Returns the peer's address, for messages.
    public String remote() {
        return connection.toString();
    }

    /// Tells whether the connection is TLS.
    public boolean isEncrypted() {
        return connection.isEncrypted();
    }

    /// Returns bytes handed to the connection so far.
    public long bytesOut() {
        return bytesOut;
    }

    /// Returns bytes received so far.
    public long bytesIn() {
        return bytesIn;
    }

    /// Gives the buffer to append a small frame to, at its position.
    ///
    /// @param bytes of the frame, at most 64 KiB
    public ByteBuffer room(int bytes) {
        if (!blocked && batch.remaining() < bytes) {
            flush();
        }
        ByteBuffer target = blocked ? after : batch;
        if (target.remaining() < bytes) {
            if (closed) {
                return target.clear();
            }
            fail("the peer reads nothing");
            return after.clear();
        }
        return target;
    }

    /// Appends a frame that stays valid and unchanged until it is sent; a small one is copied.
    public void append(ByteBuffer frame, int at, int bytes) {
        if (closed) {
            return;
        }
        bytesOut += bytes;
        if (bytes <= COPY_BYTES_MAX) {
            ByteBuffer target = room(bytes);
            if (!closed) {
                target.put(target.position(), frame, at, bytes);
                target.position(target.position() + bytes);
            }
            return;
        }
        if (blocked) {
            throw new IllegalStateException("append without room");
        }
        piece = frame.duplicate().order(ByteOrder.LITTLE_ENDIAN).limit(at + bytes).position(at);
        flush();
    }

    /// Sends what is gathered, as far as the connection takes it.
    public void flush() {
        if (closed) {
            return;
        }
        try {
            boolean done = drain();
            if (done == blocked) {
                blocked = !done;
                interest();
                if (done) {
                    // Several send through one wire: whoever waits for room need not be the one
                    // whose flush found some, and no event of the socket will follow.
                    loop.execute(this::unblocked);
                }
            }
        } catch (IOException e) {
            fail(text(e));
        }
    }

    private void unblocked() {
        if (hasRoom()) {
            taker.writable();
        }
    }

    private boolean drain() throws IOException {
        if (!connection.flush()) {
            return false;
        }
        batch.flip();
        ByteBuffer large = piece;
        boolean done = large == null ? connection.write(batch) : connection.write(batch, large);
        batch.compact();
        if (!done) {
            return false;
        }
        piece = null;
        if (after.position() > 0) {
            after.flip();
            done = connection.write(after);
            after.compact();
        }
        return done;
    }

    private void interest() throws IOException {
        int bits = (paused ? 0 : EventLoop.READ) | (blocked ? EventLoop.WRITE : 0);
        loop.modify(connection.fd(), bits);
    }

    private void ready(int ready) {
        if (closed) {
            return;
        }
        if ((ready & EventLoop.WRITE) != 0 && blocked) {
            flush();
        }
        if (!closed && !paused && (ready & ~EventLoop.WRITE) != 0) {
            readAll();
        }
    }

    /// Goes on reading after the taker had no room.
    public void resume() {
        if (!closed && paused && !reading && taker.hasRoom()) {
            paused = false;
            try {
                interest();
            } catch (IOException e) {
                fail(text(e));
                return;
            }
            readAll();
        }
    }

    private void readAll() {
        reading = true;
        try {
            boolean stopped = !parse();
            for (int i = 0; i < READS_MAX && !stopped && !closed; i++) {
                int count = readOnce();
                if (count == 0) {
                    break;
                }
                if (count < 0) {
                    taker.endOfBatch();
                    fail("the peer closed the connection");
                    return;
                }
                bytesIn += count;
                stopped = !parse();
                taker.endOfBatch();
            }
            if (stopped && !closed) {
                paused = true;
                interest();
                taker.endOfBatch();
            }
        } catch (BadFrame e) {
            fail("protocol broken: " + text(e));
        } catch (IOException e) {
            fail(text(e));
        } finally {
            reading = false;
        }
    }

    private int readOnce() throws IOException {
        ByteBuffer in = chunks.current();
        if (parsed == in.position() && chunks.isCurrentFree()) {
            in.clear();
            parsed = 0;
        }
        return connection.read(in);
    }

    /// Shows the whole frames that are there.
    ///
    /// @return false when the taker or the memory has no room
    private boolean parse() {
        while (!closed) {
            ByteBuffer in = chunks.current();
            int there = in.position() - parsed;
            int bytes = there < 4 ? 4 : Frames.bytes(in, parsed);
            if (there < bytes) {
                int want = Math.max(bytes, Op.HEADER_BYTES);
                boolean tight = parsed + want > in.capacity() || !in.hasRemaining();
                if (tight) {
                    int end = in.position();
                    if (!chunks.advance(parsed, end)) {
                        return false;
                    }
                    parsed = 0;
                }
                return true;
            }
            if (!taker.hasRoom()) {
                return false;
            }
            int at = parsed;
            parsed += bytes;
            taker.frame(Frames.type(in, at), in, at, chunks.place(at));
        }
        return true;
    }

    private static String text(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.toString() : message;
    }

    private void fail(String reason) {
        if (!closed) {
            close();
            taker.lost(reason);
        }
    }

    /// Closes without telling the taker; what is gathered is tried once.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        try {
            drain();
        } catch (IOException e) {
            // The connection is being given up; the peer sees it closed.
            assert e != null;
        }
        closed = true;
        try {
            if (loop.isRegistered(connection.fd())) {
                loop.unregister(connection.fd());
            }
        } catch (IOException e) {
            throw new IllegalStateException("unregister " + connection, e);
        } finally {
            connection.close();
        }
    }
}
