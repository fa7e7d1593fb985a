package dev.understudy.safe.lint;

/// A rule on a configuration whose parameters have values, for one platform.
public interface ConfigRule {
    /// Gives the id: one letter, three digits.
    String id();

    /// Looks at a configuration; never throws.
    void check(ConfigView view, Sink sink);
}
