/// The loop of a module: event in, core step, effects out in order. Sees the rooms it drives.
@NullMarked
package dev.understudy.node.failover;

import org.jspecify.annotations.NullMarked;
