package dev.understudy.core.failover;

import dev.understudy.core.member.NodeId;

/// Sent by a node's guard when its daemon is gone and the guard has removed the virtual addresses,
/// cut the data path and killed the module's processes: this incarnation does not serve any more.
///
/// @param from the fenced node
/// @param incarnation of the daemon that is gone
public record Fenced(NodeId from, long incarnation) implements Message {}
