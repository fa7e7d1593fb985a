package dev.understudy.core.failover;

import dev.understudy.core.member.Generation;
import java.util.ArrayList;
import java.util.List;

/// The data history of one copy: what it holds, what it last had in common with its peer, and what
/// came before.
///
/// @param current the generation that this copy holds
/// @param base the generation at which both copies were equal; the dirty map counts against it
/// @param history generations before `current`, newest first, at most [#HISTORY_MAX]
public record Lineage(Generation current, Generation base, List<Generation> history) {
    /// How many earlier generations are remembered.
    public static final int HISTORY_MAX = 31;

    /// A copy without history.
    public static final Lineage NONE = new Lineage(Generation.NONE, Generation.NONE, List.of());

    public Lineage {
        history = List.copyOf(history.subList(0, Math.min(history.size(), HISTORY_MAX)));
    }

    /// How two copies relate.
    public enum Relation {
        /// Both hold the same history.
        SAME,
        /// The other copy is an earlier state of this one.
        AHEAD,
        /// This copy is an earlier state of the other one.
        BEHIND,
        /// Both went on from a common state.
        DIVERGED,
        /// Nothing in common is known.
        UNRELATED
    }

    /// Compares this copy with the peer's.
    public Relation to(Lineage other) {
        if (current.equals(other.current)) {
            return Relation.SAME;
        }
        if (!current.isSome() || other.history.contains(current)) {
            return Relation.BEHIND;
        }
        if (!other.current.isSome() || history.contains(other.current)) {
            return Relation.AHEAD;
        }
        for (Generation known : history) {
            if (other.history.contains(known)) {
                return Relation.DIVERGED;
            }
        }
        return Relation.UNRELATED;
    }

    /// Begins a new generation: the owner is about to write without its peer.
    public Lineage mint(Generation minted) {
        if (!current.isSome()) {
            return new Lineage(minted, minted, List.of());
        }
        List<Generation> longer = new ArrayList<>(history.size() + 1);
        longer.add(current);
        longer.addAll(history);
        return new Lineage(minted, isMinted() ? base : current, longer);
    }

    /// Tells whether the owner wrote since it last was equal to its peer.
    public boolean isMinted() {
        return !current.equals(base);
    }

    /// The history once both copies are equal again.
    public Lineage joined() {
        return new Lineage(current, current, history);
    }
}
