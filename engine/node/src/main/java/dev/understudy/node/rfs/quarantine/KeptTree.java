package dev.understudy.node.rfs.quarantine;

import dev.understudy.node.rfs.tree.LowerTree;

/// A replicated directory of which something is kept.
///
/// @param id as in the configuration
public record KeptTree(String id, LowerTree tree) {}
