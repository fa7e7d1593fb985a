/// The mount that applications see: requests of the kernel become answers and operations. Uses
/// `core.rfs`, `posix` and `node.rfs.tree`.
@NullMarked
package dev.understudy.node.rfs.front;

import org.jspecify.annotations.NullMarked;
