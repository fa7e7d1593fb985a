package dev.understudy.node.api;

/// Passes a call on to the API of another node, over mutual TLS.
public interface PeerProxy {
    /// An answer of the other node.
    record Answer(int status, String contentType, byte[] body, String etag) {}

    /// Passes a call on; blocks for its answer.
    ///
    /// @param path with query
    /// @param body empty for none
    /// @param caller on whose behalf; the other node grants at most its role
    /// @throws dev.understudy.core.member.HaException if the node is unknown or does not answer
    Answer call(
            String node, String method, String path, String contentType, byte[] body, Caller caller)
            throws InterruptedException;
}
