/// Connections between nodes: one port for all modules, TLS 1.3 or plain, a hello that says who
/// speaks, reliable messages for the failover core. Uses `core.rfs` (frames) and `posix.net`.
@NullMarked
package dev.understudy.node.link;

import org.jspecify.annotations.NullMarked;
