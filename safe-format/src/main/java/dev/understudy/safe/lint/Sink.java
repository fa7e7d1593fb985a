package dev.understudy.safe.lint;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Position;
import org.jspecify.annotations.Nullable;

/// Takes what a rule finds.
@FunctionalInterface
public interface Sink {
    /// Adds a finding of the rule and the change that mends it.
    ///
    /// @param text one sentence, no full stop
    /// @param remedy what to do; may be empty
    /// @param edit null = only a person can
    void add(Position position, String text, String remedy, Finding.@Nullable Edit edit);

    /// Adds a finding of the rule that only a person can mend.
    default void add(Position position, String text, String remedy) {
        add(position, text, remedy, null);
    }
}
