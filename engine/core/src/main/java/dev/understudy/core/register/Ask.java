package dev.understudy.core.register;

/// What a voter is asked.
public sealed interface Ask {
    /// Promise to accept nothing older, and say what was accepted last.
    record Prepare(long era, String key, Ballot ballot) implements Ask {}

    /// Accept a value.
    record Accept(long era, String key, Ballot ballot, Value value) implements Ask {}

    /// Take note of a later configuration; only one that was decided is ever told.
    record Adopt(Config config) implements Ask {}

    /// Say who you are and what you keep.
    record Greet() implements Ask {}
}
