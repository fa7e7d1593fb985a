/// The small parent of a node: starts safed, holds its descriptors, fences when it dies. Uses
/// `posix` only.
@NullMarked
package dev.understudy.guard;

import org.jspecify.annotations.NullMarked;
