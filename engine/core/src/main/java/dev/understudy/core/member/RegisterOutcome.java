package dev.understudy.core.member;

/// Says how a [RegisterChange] ended.
public sealed interface RegisterOutcome {
    /// The register now is what the change asked for.
    record Committed(Register now) implements RegisterOutcome {}

    /// The change did not and will not happen: the register had another epoch.
    ///
    /// @param current the register as it was found
    record Refused(Register current) implements RegisterOutcome {}

    /// Nothing is known: the change may have happened, or may still happen.
    ///
    /// The issuer repeats the change until the register shows a higher epoch than the one it named.
    record Unknown() implements RegisterOutcome {}

    /// The change did not and will not happen: too few votes could be asked.
    ///
    /// With a third vote only; the issuer may give it up, or ask for it anew.
    record NotAsked() implements RegisterOutcome {}
}
