package dev.understudy.core.member;

/// Counts the changes of a register; a higher epoch always overrules a lower one.
///
/// @param value 0 (nothing was ever decided) or more
public record Epoch(long value) implements Comparable<Epoch> {
    /// The epoch of a register in which nothing was ever decided.
    public static final Epoch ZERO = new Epoch(0);

    public Epoch {
        Check.argument(value >= 0, "epoch %d is negative", value);
    }

    /// Gives the epoch after this one.
    public Epoch next() {
        return new Epoch(Math.addExact(value, 1));
    }

    /// Tells whether this epoch overrules `other`.
    public boolean isAfter(Epoch other) {
        return value > other.value;
    }

    /// Gives the later of two epochs.
    public static Epoch later(Epoch a, Epoch b) {
        return a.value >= b.value ? a : b;
    }

    @Override
    public int compareTo(Epoch other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
