package dev.understudy.core.register;

import dev.understudy.core.member.NodeId;

/// A node that votes, by the memory it votes from.
///
/// @param node where it is
/// @param id drawn at random when its memory was made: a voter that lost its memory is another one,
///   and does not vote before it is added
public record Voter(NodeId node, long id) {}
