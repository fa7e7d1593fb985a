package dev.understudy.node.rfs.front;

import dev.understudy.core.rfs.OpKind;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;

/// A sink without a peer: everything may be applied at once. For one machine alone and for tests.
public final class LocalSink implements MutationSink {
    private final Map<OpKind, Long> counts = new EnumMap<>(OpKind.class);

    /// Makes a sink that took nothing yet.
    public LocalSink() {}

    @Override
    public void submit(
            MutationSource source, int token, OpKind kind, ByteBuffer frame, int at, int length) {
        source.mayApply(token);
    }

    @Override
    public boolean applied(MutationSource source, int token, OpKind kind, int outcome) {
        if (outcome >= 0 && kind != OpKind.WRITE) {
            counts.merge(kind, 1L, Long::sum);
        }
        return true;
    }

    @Override
    public boolean isDurable(long idHigh, long idLow) {
        return false; // nobody keeps account here
    }

    /// Gives how many operations of a kind were applied, WRITE left out; on the loop's thread.
    public long count(OpKind kind) {
        return counts.getOrDefault(kind, 0L);
    }
}
