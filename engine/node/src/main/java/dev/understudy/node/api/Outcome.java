package dev.understudy.node.api;

/// How a command ended.
public sealed interface Outcome {
    /// One sentence for the operator.
    String text();

    /// The command did what it says.
    ///
    /// @param text for instance "postgresql is PRIM on node1; node2 is SECOND"
    record Done(String text) implements Outcome {}

    /// The command was refused and nothing changed.
    ///
    /// @param code for instance `HA-2107` or `peer-is-primary`
    /// @param text what speaks against it
    /// @param remedy what the operator can do; may be empty
    record Refused(String code, String text, String remedy) implements Outcome {}

    /// The command was begun and did not reach its goal.
    ///
    /// @param code as for [Refused]
    /// @param text what happened and where the module is now
    /// @param remedy what the operator can do; may be empty
    record Failed(String code, String text, String remedy) implements Outcome {}
}
