package dev.understudy.node.rfs.front;

import dev.understudy.core.rfs.OpKind;
import java.nio.ByteBuffer;

/// Takes every mutation of the mounts of one module, in order, and says when each may be applied.
///
/// All calls of this door and of [MutationSource] happen on the module's loop thread. The life of
/// one mutation: `submit` → (`mayApply` → the front applies it → `applied` → the application has
/// its answer) or `refuse`. `mayApply` calls must come in the order of the submits of one tree; it
/// may be called inside `submit`. A sink that calls neither keeps the application waiting, which is
/// what a closed gate means.
public interface MutationSink {
    /// Announces one operation.
    ///
    /// The frame is complete but for its sequence number, which the sink writes with
    /// [dev.understudy.core.rfs.Op#seq]. The bytes stay valid and unchanged until `mayApply` or
    /// `refuse` returns for this token; a sink that needs them longer copies them.
    ///
    /// SYNC is special: the front starts the local sync by itself before it submits, so that both
    /// disks work in parallel. `mayApply` then means "durable on the peer, or no peer needed", and
    /// the answer goes out when both are done.
    ///
    /// @param source the mount to call back
    /// @param token names the mutation in callbacks; at least 0, reused after it ended
    /// @param frame direct, little-endian; position and limit mean nothing
    /// @param at index of the frame's first byte
    /// @param length bytes of the whole frame
    void submit(
            MutationSource source, int token, OpKind kind, ByteBuffer frame, int at, int length);

    /// Several operations may follow: what they need is done once for all of them in [#endBatch].
    default void beginBatch() {}

    /// No more operations wait. The calls are paired and not nested.
    default void endBatch() {}

    /// Reports what became of a mutation locally, before the application is answered.
    ///
    /// Called inside `mayApply`, or later when the work was given to a pool (always for SYNC).
    ///
    /// @param outcome bytes written for WRITE (less than asked is a short write), 0 for all others,
    ///   or a negated errno when nothing was applied
    /// @return whether the application may have its answer now; else the front keeps the answer
    ///   until [MutationSource#answer]
    boolean applied(MutationSource source, int token, OpKind kind, int outcome);

    /// Tells whether everything of a file or directory that was answered so far is durable already,
    /// wherever it has to be, so that a sync of it has nothing to do.
    ///
    /// @param idHigh and `idLow`: the file's id
    boolean isDurable(long idHigh, long idLow);
}
