package dev.understudy.core.member;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The one value that says who may serve a mirror module; changed only by compare-and-set on its
/// epoch.
///
/// @param epoch counts the changes
/// @param inSync the nodes that hold every acknowledged write; only one of them may ever serve
///   alone
/// @param primary the node that serves or served last; null before the first start
/// @param generation the data history that the members of `inSync` hold
public record Register(
        Epoch epoch, Set<NodeId> inSync, @Nullable NodeId primary, Generation generation) {
    /// The register of a module that never ran.
    public static final Register EMPTY = new Register(Epoch.ZERO, Set.of(), null, Generation.NONE);

    public Register {
        // Sorted, so that equal registers print and encode alike on both nodes.
        inSync = Collections.unmodifiableSet(new TreeSet<>(inSync));
        Check.argument(
                primary == null || inSync.contains(primary), "primary %s is no member", primary);
    }

    /// Tells whether `node` holds every acknowledged write.
    public boolean isMember(NodeId node) {
        return inSync.contains(node);
    }

    /// Tells whether `node` is the only one that holds every acknowledged write.
    public boolean isOnlyMember(NodeId node) {
        return inSync.size() == 1 && inSync.contains(node);
    }

    /// Tells whether both nodes hold every acknowledged write.
    public boolean isPair() {
        return inSync.size() == 2;
    }

    /// Gives the register after this one in which `node` alone counts.
    public Register alone(NodeId node) {
        return new Register(epoch.next(), Set.of(node), node, generation);
    }

    /// Gives the register after this one in which both count and `primary` serves.
    public Register pair(NodeId primary, NodeId secondary) {
        return new Register(epoch.next(), Set.of(primary, secondary), primary, generation);
    }

    /// Gives the same register with another generation.
    public Register with(Generation minted) {
        return new Register(epoch, inSync, primary, minted);
    }

    /// Gives the same register with another epoch.
    public Register with(Epoch other) {
        return new Register(other, inSync, primary, generation);
    }

    @Override
    public String toString() {
        String members = inSync.stream().map(NodeId::name).collect(Collectors.joining(","));
        return "epoch="
                + epoch
                + " inSync={"
                + members
                + "} primary="
                + (primary == null ? "none" : primary.name())
                + " generation="
                + generation;
    }
}
