package dev.understudy.core.failover;

import dev.understudy.core.member.NodeId;
import dev.understudy.core.rules.RestartLimit;

/// What the failover machine must know of a module's configuration on this node.
///
/// @param self this node
/// @param peer the other node; for a module of kind light, which has none, the same as `self`
/// @param digest digest of module and configuration, at most 64 characters; nodes with different
///   digests never form a pair
/// @param isolation what silence allows
/// @param hasWitness a ping witness (by default the gateway) is known
/// @param hasVip the module has a virtual address that a probe can look for
/// @param failover whether SECOND takes over by itself
/// @param isPreferred this node keeps its data when both wrote; on one node at most
/// @param restartLimit how often a failing application is restarted
/// @param timing times
/// @param rules the module's own failover rules
/// @param isSwapBackOpen the preferred primary may get the service back now; the shell tells the
///   time of day by [Event.SwapBack]
/// @param fencingNs how long the command that switches the peer off may take; 0 if there is none.
///   The window of `timing` is longer by it
public record Settings(
        NodeId self,
        NodeId peer,
        String digest,
        Isolation isolation,
        boolean hasWitness,
        boolean hasVip,
        boolean failover,
        boolean isPreferred,
        RestartLimit restartLimit,
        Timing timing,
        FailoverRules rules,
        boolean isSwapBackOpen,
        long fencingNs) {
    /// With the preferred primary getting the service back at once, and no fencing command.
    public Settings(
            NodeId self,
            NodeId peer,
            String digest,
            Isolation isolation,
            boolean hasWitness,
            boolean hasVip,
            boolean failover,
            boolean isPreferred,
            RestartLimit restartLimit,
            Timing timing,
            FailoverRules rules) {
        this(
                self,
                peer,
                digest,
                isolation,
                hasWitness,
                hasVip,
                failover,
                isPreferred,
                restartLimit,
                timing,
                rules,
                true,
                0);
    }

    /// The same with a command that switches the peer off; the window grows with it.
    public Settings withFencing(long withinNs) {
        return new Settings(
                self,
                peer,
                digest,
                isolation,
                hasWitness,
                hasVip,
                failover,
                isPreferred,
                restartLimit,
                timing.withFencing(withinNs),
                rules,
                isSwapBackOpen,
                withinNs);
    }

    /// The same at another time of day.
    public Settings withSwapBack(boolean isOpen) {
        return new Settings(
                self,
                peer,
                digest,
                isolation,
                hasWitness,
                hasVip,
                failover,
                isPreferred,
                restartLimit,
                timing,
                rules,
                isOpen,
                fencingNs);
    }

    /// Tells whether the module is of kind light: STOP, WAIT and UP on this node, without a peer.
    public boolean isLight() {
        return peer.equals(self);
    }

    /// The peer's settings, as far as both nodes have the same configuration.
    ///
    /// @param digest of the peer's module and configuration
    /// @param peerIsPreferred the peer keeps its data when both wrote
    Settings seenFromPeer(String digest, boolean peerIsPreferred) {
        return new Settings(
                /* self= */ peer,
                /* peer= */ self,
                digest,
                isolation,
                hasWitness,
                hasVip,
                failover,
                peerIsPreferred,
                restartLimit,
                timing,
                rules,
                isSwapBackOpen,
                fencingNs);
    }

    /// Tells whether SECOND has a command that switches a silent PRIM off.
    public boolean isFencing() {
        return fencingNs > 0 && isolation == Isolation.PROTECT;
    }

    /// Tells whether SECOND can ever have enough evidence to take over from mere silence.
    public boolean isEvidencePossible() {
        return hasWitness && hasVip;
    }
}
