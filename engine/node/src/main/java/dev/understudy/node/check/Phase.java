package dev.understudy.node.check;

import java.util.Locale;

/// When a check is active.
public enum Phase {
    /// From after prestart until poststop.
    PRE,
    /// While the module is PRIM or ALONE.
    PRIM,
    /// While the module is SECOND.
    SECOND,
    /// While the module is PRIM, ALONE or SECOND.
    BOTH,
    /// While the module is UP (farm, light).
    UP;

    /// Reads the word of `when`.
    ///
    /// @throws IllegalArgumentException if it is none of pre, prim, second, both, up
    public static Phase of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
