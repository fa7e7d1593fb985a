package dev.understudy.core.failover;

import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;

/// Everything that one node tells the other about a module: the only message between two cores.
///
/// It states facts, never asks for a single act; so it may be lost, repeated and overtaken: the
/// receiver keeps the newest by `(incarnation, sentNs)` and acts on that.
///
/// @param from the sender
/// @param incarnation counts the sender's processes: higher than that of every earlier one
/// @param sentNs the sender's clock at sending; rises with every beat of one incarnation
/// @param echoNs `sentNs` of the newest beat that the sender had taken from the receiver, 0 if none
/// @param echoIncarnation the receiver's incarnation that `echoNs` belongs to
/// @param state the sender's state
/// @param data what it knows of its own copy
/// @param register its copy of the register
/// @param lineage its data history
/// @param digest of module and configuration
/// @param joinId names the resynchronisation under way: the target's wish, the source's consent; 0
///   if none
/// @param marks what else is so
/// @param findings the sender's resources that rules name; means something to a node with the same
///   digest alone
public record Beat(
        NodeId from,
        long incarnation,
        long sentNs,
        long echoNs,
        long echoIncarnation,
        State state,
        DataState data,
        Register register,
        Lineage lineage,
        String digest,
        long joinId,
        Marks marks,
        Findings findings)
        implements Message {

    /// Facts that are true or false.
    ///
    /// @param isSettled the start is done: stop scripts have run, the directories are mounted
    /// @param isFrozen PRIM has no lease
    /// @param isAppFailed the application could not be kept running on this node
    /// @param peerMayBeAlone see [Saved#peerMayBeAlone]
    /// @param isExpelling PRIM asks SECOND to leave: it does not keep up or its disk fails
    /// @param isDetached see [Saved#isDetached]
    /// @param isBusy scripts of a transition are running
    /// @param isPreferred see [Settings#isPreferred]
    /// @param hasLostMemory the copy may lack writes that this node acknowledged: an unclean
    ///   restart as SECOND, or a reboot with a page cache that counted
    /// @param asksSwap an operator asked this SECOND for a swap; PRIM begins it
    /// @param isFailoverHeld see [Saved#isFailoverHeld]
    public record Marks(
            boolean isSettled,
            boolean isFrozen,
            boolean isAppFailed,
            boolean peerMayBeAlone,
            boolean isExpelling,
            boolean isDetached,
            boolean isBusy,
            boolean isPreferred,
            boolean hasLostMemory,
            boolean asksSwap,
            boolean isFailoverHeld) {
        /// None of them.
        public static final Marks NONE =
                new Marks(
                        false, false, false, false, false, false, false, false, false, false,
                        false);
    }

    /// The generation that the sender's copy holds.
    public Generation generation() {
        return lineage.current();
    }

    /// Tells whether the sender serves.
    public boolean isServing() {
        return state == State.PRIM || state == State.ALONE;
    }

    /// Tells whether this beat says something newer than `other` of the same sender.
    public boolean isAfter(Beat other) {
        return incarnation != other.incarnation
                ? incarnation > other.incarnation
                : sentNs > other.sentNs;
    }
}
