/// The control commands of `safe`: they speak REST with a node's daemon, over its local socket or
/// HTTPS. Uses safe-format to read archives before they are sent; never the engine's node.
@NullMarked
package dev.understudy.tools.control;

import org.jspecify.annotations.NullMarked;
