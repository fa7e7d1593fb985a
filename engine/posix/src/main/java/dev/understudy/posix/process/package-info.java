/// Pidfds, descriptor passing, control groups, prctl. Uses `posix`.
@NullMarked
package dev.understudy.posix.process;

import org.jspecify.annotations.NullMarked;
