package dev.understudy.core.register;

import java.util.Comparator;

/// What a register holds.
///
/// @param request names the change that made it, so that an issuer recognises its own after an
///   unknown outcome
/// @param version rises with each change: the epoch of a module, the era of the voters
/// @param weight between two copies of one version that no vote has ordered, the heavier counts
/// @param text the content, at most [#TEXT_MAX] characters
public record Value(String request, long version, int weight, String text)
        implements Comparable<Value> {
    /// Longest content, in characters.
    public static final int TEXT_MAX = 4_096;

    private static final Comparator<Value> ORDER =
            Comparator.comparingLong(Value::version)
                    .thenComparingInt(Value::weight)
                    .thenComparing(Value::text)
                    .thenComparing(Value::request);

    /// Orders copies that no vote has ordered: those of two nodes that decided on their own.
    @Override
    public int compareTo(Value other) {
        return ORDER.compare(this, other);
    }
}
