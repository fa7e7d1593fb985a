package dev.understudy.node.rfs;

import dev.understudy.node.rfs.tree.Applier;
import dev.understudy.node.rfs.tree.LowerTree;

/// One replicated directory of a module.
///
/// @param id as in the module's configuration
/// @param ordinal place in the configuration, 0 to 255, equal on both nodes
/// @param applier used on the loop's thread only
public record Directory(String id, int ordinal, LowerTree tree, Applier applier, Front front) {}
