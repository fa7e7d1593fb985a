package dev.understudy.node.rfs.front;

import dev.understudy.core.rfs.OpKind;
import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.posix.Native;
import dev.understudy.posix.fuse.Fuse;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The requests in work: memory for each and what is known of it, in arrays. Only touched pages of
/// the memory cost anything, and the slot used last is used next, so that its pages are warm.
///
/// A request is read so that the data of a WRITE starts on a page: `fuse_in_header` and
/// `fuse_write_in` lie before it, and the header of our operation fits exactly over the latter.
final class Slots {
    private static final int PAGE = 4096;
    private static final int STRIDE = PAGE + Fuse.DATA_MAX;

    /// Bytes to offer for one request.
    static final int READ_BYTES = Fuse.IN_HEADER + Fuse.WRITE_IN + Fuse.DATA_MAX;

    final ByteBuffer buffer;
    final int[] opcode;
    final long[] unique;
    final int[] opAt;
    final int[] opLength;
    final OpKind[] kind;
    final @Nullable LowerFile[] file;
    final @Nullable LowerFile[] parent;
    final @Nullable LowerFile[] newParent;
    final int[] handle;
    final int[] flags;
    final int[] outcome;
    final boolean[] local;
    final boolean[] isLocalDone;
    final boolean[] isRemoteDone;
    private final long address;
    private final int[] free;
    private int freeCount;

    Slots(int count) {
        buffer = Native.map((long) count * STRIDE);
        address = Native.address(buffer);
        opcode = new int[count];
        unique = new long[count];
        opAt = new int[count];
        opLength = new int[count];
        kind = new OpKind[count];
        java.util.Arrays.fill(kind, OpKind.SYNC);
        file = new @Nullable LowerFile[count];
        parent = new @Nullable LowerFile[count];
        newParent = new @Nullable LowerFile[count];
        handle = new int[count];
        flags = new int[count];
        outcome = new int[count];
        local = new boolean[count];
        isLocalDone = new boolean[count];
        isRemoteDone = new boolean[count];
        free = new int[count];
        for (int i = 0; i < count; i++) {
            free[i] = count - 1 - i;
        }
        freeCount = count;
    }

    int count() {
        return free.length;
    }

    int freeCount() {
        return freeCount;
    }

    int take() {
        int slot = free[--freeCount];
        opcode[slot] = 0;
        local[slot] = false;
        handle[slot] = -1;
        flags[slot] = 0;
        isLocalDone[slot] = false;
        isRemoteDone[slot] = false;
        return slot;
    }

    void give(int slot) {
        file[slot] = null;
        parent[slot] = null;
        newParent[slot] = null;
        free[freeCount++] = slot;
    }

    /// Gives the index of the request.
    int requestAt(int slot) {
        return slot * STRIDE + PAGE - Fuse.IN_HEADER - Fuse.WRITE_IN;
    }

    /// Gives the index of the page where data of a WRITE lies, or data for a reply is put.
    int dataAt(int slot) {
        return slot * STRIDE + PAGE;
    }

    /// Gives the address of an index.
    long address(int at) {
        return address + at;
    }

    /// Gives the memory back but keeps its addresses: a sink that still looks at an operation of a
    /// mount that was aborted reads zeros.
    void discard() {
        Native.discard(buffer);
    }
}
