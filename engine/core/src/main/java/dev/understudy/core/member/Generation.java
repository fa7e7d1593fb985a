package dev.understudy.core.member;

/// Identifies a stretch of data history: everything written by one writer until it lost its peer.
///
/// Two copies with the same generation hold the same history. The value is random, so that two
/// nodes never mint the same one without knowing of each other.
///
/// @param value any value; 0 = no data yet
public record Generation(long value) {
    /// No data were ever written or received.
    public static final Generation NONE = new Generation(0);

    /// Tells whether data history has begun.
    public boolean isSome() {
        return value != 0;
    }

    @Override
    public String toString() {
        return value == 0 ? "none" : String.format("%016x", value);
    }
}
