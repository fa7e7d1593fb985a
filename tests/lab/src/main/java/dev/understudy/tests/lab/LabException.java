package dev.understudy.tests.lab;

import java.io.Serial;

/// Says that the lab could not be built or that a command in it failed; never a verdict on the
/// product.
public final class LabException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    /// Makes a failure with words for a person.
    public LabException(String message) {
        super(message);
    }

    /// Makes a failure with its cause.
    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}
