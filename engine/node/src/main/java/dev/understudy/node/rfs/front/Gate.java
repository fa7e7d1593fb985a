package dev.understudy.node.rfs.front;

/// What a mount does with mutations.
public enum Gate {
    /// Refuses them with EROFS; reads pass. So is a mount from its start until it serves.
    READ_ONLY,
    /// Gives them to the sink.
    OPEN,
    /// Lets them wait; reads pass as long as there is room for requests.
    CLOSED
}
