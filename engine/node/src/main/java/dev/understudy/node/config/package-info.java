/// Modules on disk and their configuration: staged on every node, compared, then switched. Uses
/// safe-format, core and node.store; asks the rest of the node through the interfaces declared
/// here.
@NullMarked
package dev.understudy.node.config;

import org.jspecify.annotations.NullMarked;
