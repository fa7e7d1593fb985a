package dev.understudy.core.member;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Asserts what our own code must guarantee; always on.
// Error Prone wants its own @FormatMethod here; its annotations would be a dependency of the core.
@SuppressWarnings("AnnotateFormatMethod")
public final class Check {
    private Check() {}

    /// Ends in an [IllegalStateException] unless `condition` holds: a fault in our code.
    ///
    /// @param format as for [String#format], formatted only on failure
    public static void state(boolean condition, String format, @Nullable Object... arguments) {
        if (!condition) {
            throw new IllegalStateException(String.format(Locale.ROOT, format, arguments));
        }
    }

    /// Ends in an [IllegalArgumentException] unless `condition` holds: a fault in the caller's
    /// code.
    ///
    /// @param format as for [String#format], formatted only on failure
    public static void argument(boolean condition, String format, @Nullable Object... arguments) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, format, arguments));
        }
    }
}
