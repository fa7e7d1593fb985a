package dev.understudy.core.register;

import dev.understudy.core.member.NodeId;

/// Hands out ballots and names of changes that nobody else hands out; one for each process.
///
/// Each attempt is a proposer of its own, so that two of one process at one register never share a
/// ballot.
///
/// @param node this node
/// @param incarnation higher than that of every earlier process of this node
/// @param round the highest that was met; only saves a round trip
/// @param count how many attempts and changes were named
public record Ballots(NodeId node, long incarnation, long round, long count) {
    /// Those of a new process.
    public static Ballots of(NodeId node, long incarnation) {
        return new Ballots(node, incarnation, 0, 0);
    }

    /// The first ballot of a new attempt; the next one is taken from [#next].
    public Ballot ballot() {
        return new Ballot(round + 1, node + "#" + count, incarnation);
    }

    /// The name of a new change; the next one is taken from [#next].
    public String request() {
        return node + "." + incarnation + "." + count;
    }

    /// Those for what comes after.
    public Ballots next() {
        return new Ballots(node, incarnation, round, count + 1);
    }

    /// The same, once a round was met.
    public Ballots met(long highest) {
        return new Ballots(node, incarnation, Math.max(round, highest), count);
    }
}
