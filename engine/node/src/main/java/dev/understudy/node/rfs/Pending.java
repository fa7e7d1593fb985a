package dev.understudy.node.rfs;

import dev.understudy.core.rfs.OpKind;
import dev.understudy.node.rfs.front.MutationSource;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Where the operations lie that the primary has announced and not yet finished: arrays, so that a
/// write costs no object.
final class Pending {
    final @Nullable MutationSource[] source;
    final int[] token;
    final OpKind[] kind;
    final ByteBuffer[] frame;
    final int[] at;
    final int[] length;
    final boolean[] isDurableThere;
    final long[] seq;
    final long[] sinceNs;
    private final int[] free;
    private int freeCount;

    Pending(int count) {
        ByteBuffer nothing = ByteBuffer.allocate(0);
        source = new @Nullable MutationSource[count];
        token = new int[count];
        kind = new OpKind[count];
        Arrays.fill(kind, OpKind.SYNC);
        frame = new ByteBuffer[count];
        Arrays.fill(frame, nothing);
        at = new int[count];
        length = new int[count];
        isDurableThere = new boolean[count];
        seq = new long[count];
        sinceNs = new long[count];
        free = new int[count];
        for (int i = 0; i < count; i++) {
            free[i] = count - 1 - i;
        }
        freeCount = count;
    }

    boolean hasFree() {
        return freeCount > 0;
    }

    int take(
            @Nullable MutationSource from,
            int token,
            OpKind kind,
            ByteBuffer frame,
            int at,
            int length) {
        int slot = free[--freeCount];
        source[slot] = from;
        this.token[slot] = token;
        this.kind[slot] = kind;
        this.frame[slot] = frame;
        this.at[slot] = at;
        this.length[slot] = length;
        isDurableThere[slot] = false;
        return slot;
    }

    void give(int slot) {
        source[slot] = null;
        free[freeCount++] = slot;
    }
}
