/// The append-only record of what the node did and why. Uses java.base and Jackson's streaming
/// core.
@NullMarked
package dev.understudy.node.journal;

import org.jspecify.annotations.NullMarked;
