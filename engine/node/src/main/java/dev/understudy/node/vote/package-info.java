/// The third vote's shell: this node's voter on disk and on the network, and the attempts it makes
/// at the registers. Uses the core and `node.store`.
@NullMarked
package dev.understudy.node.vote;

import org.jspecify.annotations.NullMarked;
