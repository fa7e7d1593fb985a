/// safed's side of the guard: arms it with fence plans, and cleans up what a daemon that died
/// without a guard has left. May use guard.fence, posix and core.member.
@NullMarked
package dev.understudy.node.guard;

import org.jspecify.annotations.NullMarked;
