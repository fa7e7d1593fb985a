package dev.understudy.core.rfs;

/// Says that bytes from a peer or a journal break the protocol; the connection is to be closed.
public final class BadFrame extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Makes one.
    ///
    /// @param message what is wrong, with the value that was met
    public BadFrame(String message) {
        super(message);
    }
}
