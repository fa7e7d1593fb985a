package dev.understudy.node.rfs.stream;

import dev.understudy.posix.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// The bounded memory that received frames stay in until they are done with.
///
/// A place is `chunk << 22 | offset`, so that the queue of a secondary needs no objects. Belongs to
/// one loop.
public final class Chunks {
    /// Bytes of one chunk: several of the largest frames.
    public static final int CHUNK_BYTES = 1 << 22;

    private static final int OFFSET_MASK = CHUNK_BYTES - 1;
    private static final int SHIFT = 22;

    private final int chunksMax;
    private final List<ByteBuffer> chunks = new ArrayList<>();
    private final int[] users;
    private int current;

    /// Makes the memory; chunks are allocated when first needed and touched as far as used.
    ///
    /// @param bytesMax at least two chunks
    public Chunks(long bytesMax) {
        chunksMax = Math.clamp(bytesMax / CHUNK_BYTES, 2, 256);
        users = new int[chunksMax];
        chunks.add(allocate());
    }

    private static ByteBuffer allocate() {
        return Native.pages(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Returns the chunk that a place lies in.
    public ByteBuffer buffer(int place) {
        return chunks.get(place >>> SHIFT);
    }

    /// Returns the offset of a place in its chunk.
    public static int offset(int place) {
        return place & OFFSET_MASK;
    }

    /// Keeps the chunk of a place until [#release].
    public void retain(int place) {
        users[place >>> SHIFT]++;
    }

    /// Lets a place go.
    public void release(int place) {
        users[place >>> SHIFT]--;
    }

    /// Lets all places go.
    public void releaseAll() {
        java.util.Arrays.fill(users, 0);
    }

    /// Gives the memory of chunks that nobody uses back to the system.
    public void trim() {
        for (int i = 0; i < chunks.size(); i++) {
            if (i != current && users[i] == 0) {
                Native.discard(chunks.get(i));
            }
        }
    }

    ByteBuffer current() {
        return chunks.get(current);
    }

    int place(int offset) {
        return (current << SHIFT) | offset;
    }

    boolean isCurrentFree() {
        return users[current] == 0;
    }

    /// Goes on in a chunk that nobody uses, with the bytes of a frame that is not complete yet.
    ///
    /// @return false when all are in use: stop reading
    boolean advance(int from, int to) {
        ByteBuffer old = current();
        for (int i = 0; i < chunksMax; i++) {
            if (i == chunks.size()) {
                chunks.add(allocate());
            }
            if (i != current && users[i] == 0) {
                ByteBuffer next = chunks.get(i).clear();
                next.put(0, old, from, to - from).position(to - from);
                current = i;
                return true;
            }
        }
        return false;
    }

    /// Returns the bytes that chunks hold for users.
    public long usedBytes() {
        long used = 0;
        for (int i = 0; i < chunks.size(); i++) {
            used += users[i] > 0 ? CHUNK_BYTES : 0;
        }
        return used;
    }
}
