/// Heartbeats over UDP on every network, sealed with a key per pair. Uses `core` values only.
@NullMarked
package dev.understudy.node.heart;

import org.jspecify.annotations.NullMarked;
