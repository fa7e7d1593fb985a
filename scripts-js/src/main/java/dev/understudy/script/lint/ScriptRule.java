package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;

/// A rule on one script.
interface ScriptRule {
    /// Gives the id: one letter, three digits.
    String id();

    /// Looks at a script; never throws.
    void check(ScriptView view, Sink sink);
}
