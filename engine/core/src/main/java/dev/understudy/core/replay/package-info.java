/// What the failover machine of a module was told and what it decided, as bytes, and the same
/// again: a recording is read and stepped through the shipping rules. Pure; uses `core.failover`,
/// `core.rules` and `core.member`.
@NullMarked
package dev.understudy.core.replay;

import org.jspecify.annotations.NullMarked;
