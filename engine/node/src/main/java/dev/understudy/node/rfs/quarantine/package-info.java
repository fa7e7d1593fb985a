/// The quarantine of a module: what a copy had of its own before it was overwritten, as plain
/// directories on this node's disk. Uses `core.rfs`, `node.rfs.tree` and `node.store`.
@NullMarked
package dev.understudy.node.rfs.quarantine;

import org.jspecify.annotations.NullMarked;
