package dev.understudy.safe.lint;

import dev.understudy.safe.SafeModule;

/// A rule on a module as its author wrote it.
public interface ModuleRule {
    /// Gives the id: one letter, three digits.
    String id();

    /// Looks at a module; never throws.
    void check(SafeModule module, Sink sink);
}
