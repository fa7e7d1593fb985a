package dev.understudy.tests.simulator.search;

/// An invariant does not hold.
final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken(String invariant, String text) {
        super(invariant + ": " + text);
    }
}
