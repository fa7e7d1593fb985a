package dev.understudy.core.replay;

/// Says why bytes are no recording that this program can replay.
public final class BadRecording extends Exception {
    private static final long serialVersionUID = 1L;

    /// Makes one.
    ///
    /// @param message what is wrong, for an operator
    public BadRecording(String message) {
        super(message);
    }
}
