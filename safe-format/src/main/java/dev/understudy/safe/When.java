package dev.understudy.safe;

/// When something of a module runs.
public enum When {
    /// From before the node serves until after it stopped serving.
    PRE,
    /// While the node serves: PRIM or ALONE.
    PRIM,
    /// While the node is SECOND.
    SECOND,
    /// While the node is PRIM, ALONE or SECOND.
    BOTH,
    /// While a farm node is UP.
    UP
}
