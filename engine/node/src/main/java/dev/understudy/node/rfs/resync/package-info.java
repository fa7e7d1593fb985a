/// How a copy comes to equal the one that is served: what to compare, what to copy, in which order,
/// while the application goes on. Uses `core.rfs`, `node.rfs.tree` and `node.rfs.stream`.
@NullMarked
package dev.understudy.node.rfs.resync;

import org.jspecify.annotations.NullMarked;
