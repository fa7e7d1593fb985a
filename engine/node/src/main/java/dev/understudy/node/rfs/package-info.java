/// The data path of one module: what the primary announces, the secondary applies, and how a node
/// comes back. Uses `core.rfs`, `core.failover` (commands and events), `node.link` and its own
/// sub-rooms.
@NullMarked
package dev.understudy.node.rfs;

import org.jspecify.annotations.NullMarked;
