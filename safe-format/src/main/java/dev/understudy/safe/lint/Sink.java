package dev.understudy.safe.lint;

import dev.understudy.safe.Position;

/// Takes what a rule finds.
@FunctionalInterface
public interface Sink {
    /// Adds a finding of the rule.
    ///
    /// @param text one sentence, no full stop
    /// @param remedy what to do; may be empty
    void add(Position position, String text, String remedy);
}
