package dev.understudy.core.failover;

import java.util.List;

/// What [Failover#step] decided.
///
/// @param next the node from now on
/// @param effects what to do, in this order; the journal's line first
public record Step(Node next, List<Effect> effects) {
    public Step {
        effects = List.copyOf(effects);
    }
}
