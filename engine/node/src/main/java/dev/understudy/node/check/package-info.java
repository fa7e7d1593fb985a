/// Checkers of a module: tests resources periodically and tells their state to a listener.
///
/// May use core, posix and safe-format; scripts and services are reached by doors of this room.
@NullMarked
package dev.understudy.node.check;

import org.jspecify.annotations.NullMarked;
