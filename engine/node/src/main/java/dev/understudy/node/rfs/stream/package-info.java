/// Frames over one connection on the module's loop: batches out, whole frames in, memory bounded.
/// Uses `core.rfs`, `posix.net` and `node.link`.
@NullMarked
package dev.understudy.node.rfs.stream;

import org.jspecify.annotations.NullMarked;
