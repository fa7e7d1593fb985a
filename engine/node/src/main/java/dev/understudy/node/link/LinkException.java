package dev.understudy.node.link;

import dev.understudy.core.rfs.Frames;
import java.io.IOException;

/// Says why a connection to a peer did not come to be, or ended.
public final class LinkException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Frames.Reason reason;
    private final long epoch;

    /// Describes a failure.
    ///
    /// @param reason as the peer or this side names it
    /// @param epoch highest epoch the refusing side has adopted, 0 if it said none
    public LinkException(Frames.Reason reason, long epoch, String message) {
        super(message);
        this.reason = reason;
        this.epoch = epoch;
    }

    /// Returns the reason.
    public Frames.Reason reason() {
        return reason;
    }

    /// Returns the epoch that the refusing side has adopted.
    public long epoch() {
        return epoch;
    }
}
