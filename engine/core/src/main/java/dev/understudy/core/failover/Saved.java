package dev.understudy.core.failover;

/// What a node keeps on its disk for one module, beside its copy of the register.
///
/// Written as a whole by [Effect.Persist] and durable before the next effect is carried out.
///
/// @param data what is known of the own copy
/// @param lineage its history
/// @param wasSecond set with READY and while SECOND: after an unclean restart this node may lack
///   writes that its memory had acknowledged
/// @param wasServing set while PRIM or ALONE, and after an orderly leave as SECOND: the page cache
///   counts; cleared when everything is durable
/// @param bootId the machine's boot in which this was written; another one means lost page cache
/// @param peerMayBeAlone SECOND's window ended without evidence, or it left: the peer may have gone
///   on without this node; cleared by contact at the same epoch
/// @param isDetached an operator forbade that this side is resynchronised
/// @param isStarted the module was started; a restarted daemon starts it again
/// @param isFailoverHeld an operator switched automatic failover off until it is switched on again
public record Saved(
        DataState data,
        Lineage lineage,
        boolean wasSecond,
        boolean wasServing,
        String bootId,
        boolean peerMayBeAlone,
        boolean isDetached,
        boolean isStarted,
        boolean isFailoverHeld) {
    /// A module that was just installed.
    public static final Saved FRESH =
            new Saved(DataState.NEW, Lineage.NONE, false, false, "", false, false, false, false);

    Saved with(DataState other) {
        return new Saved(
                other,
                lineage,
                wasSecond,
                wasServing,
                bootId,
                peerMayBeAlone,
                isDetached,
                isStarted,
                isFailoverHeld);
    }

    Saved with(Lineage other) {
        return new Saved(
                data,
                other,
                wasSecond,
                wasServing,
                bootId,
                peerMayBeAlone,
                isDetached,
                isStarted,
                isFailoverHeld);
    }

    Saved withDuty(boolean second, boolean serving, String boot) {
        return new Saved(
                data,
                lineage,
                second,
                serving,
                boot,
                peerMayBeAlone,
                isDetached,
                isStarted,
                isFailoverHeld);
    }

    Saved withPeerMayBeAlone(boolean may) {
        return new Saved(
                data,
                lineage,
                wasSecond,
                wasServing,
                bootId,
                may,
                isDetached,
                isStarted,
                isFailoverHeld);
    }

    Saved withDetached(boolean detached) {
        return new Saved(
                data,
                lineage,
                wasSecond,
                wasServing,
                bootId,
                peerMayBeAlone,
                detached,
                isStarted,
                isFailoverHeld);
    }

    Saved withStarted(boolean started) {
        return new Saved(
                data,
                lineage,
                wasSecond,
                wasServing,
                bootId,
                peerMayBeAlone,
                isDetached,
                started,
                isFailoverHeld);
    }

    Saved withFailoverHeld(boolean held) {
        return new Saved(
                data,
                lineage,
                wasSecond,
                wasServing,
                bootId,
                peerMayBeAlone,
                isDetached,
                isStarted,
                held);
    }
}
