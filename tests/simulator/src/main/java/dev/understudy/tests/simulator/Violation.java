package dev.understudy.tests.simulator;

/// An invariant that did not hold.
public final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String invariant;

    /// Names the invariant (`I4`) and what was seen.
    public Violation(String invariant, String seen) {
        super(invariant + ": " + seen);
        this.invariant = invariant;
    }

    /// Which invariant.
    public String invariant() {
        return invariant;
    }
}
