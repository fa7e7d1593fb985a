/// Wiring of the daemon: constructors, top to bottom. May use all rooms.
@NullMarked
package dev.understudy.node.main;

import org.jspecify.annotations.NullMarked;
