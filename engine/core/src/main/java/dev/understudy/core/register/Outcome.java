package dev.understudy.core.register;

import org.jspecify.annotations.Nullable;

/// How an attempt ended.
public sealed interface Outcome {
    /// The register holds what the change asked for.
    record Changed(Value now) implements Outcome {}

    /// A majority holds this, and the change did not and will not happen; also the answer to a
    /// read.
    record Kept(@Nullable Value current) implements Outcome {}

    /// The change may have happened or may still happen: repeat it, with the same request.
    record Unknown() implements Outcome {}

    /// No majority answered, and nobody was asked to accept anything: it did not and will not
    /// happen.
    record NoMajority() implements Outcome {}

    /// The era changed to one without votes before anybody was asked to accept anything.
    record OwnCopies(Config config) implements Outcome {}
}
