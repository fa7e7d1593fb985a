/// The small parent of a node's processes: starts safed and the script hosts, holds descriptors,
/// fences when safed dies. May use guard.fence and posix only; no server, no library.
@NullMarked
package dev.understudy.guard;

import org.jspecify.annotations.NullMarked;
