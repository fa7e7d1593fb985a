package dev.understudy.core.failover;

import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;

/// The register of a module with two votes only: each node keeps a copy of its own, and the beats
/// carry it to the other.
///
/// The machine asks for a change only when [Isolation] and the evidence allow it; then the own copy
/// decides. Which of two copies counts is decided where they meet.
public final class TwoVoteRegister {
    private TwoVoteRegister() {}

    /// Decides a change of the own copy; the caller makes `Committed.now` durable before it reports
    /// the outcome, and reports UNKNOWN if it cannot know whether it is.
    public static RegisterOutcome decide(Register own, RegisterChange change) {
        return own.epoch().equals(change.from())
                ? new RegisterOutcome.Committed(change.to())
                : new RegisterOutcome.Refused(own);
    }

    /// Tells whether `theirs` counts and `own` does not.
    ///
    /// A higher epoch overrules. With equal epochs the copy with one member overrules the pair:
    /// only that member could write it, and the pair's writer counts on that member too. Two
    /// different single members overrule nothing: both went on alone.
    public static boolean overrules(Register theirs, Register own) {
        if (!theirs.epoch().equals(own.epoch())) {
            return theirs.epoch().isAfter(own.epoch());
        }
        return theirs.inSync().size() == 1 && own.isPair();
    }
}
