package dev.understudy.node.script;

import java.util.Map;
import java.util.Optional;

/// What scripts may ask about the module and its nodes; implemented by whoever knows. All calls
/// return at once.
public interface ModuleView {
    /// Tells the local state: STOP, WAIT, ALONE, PRIM, SECOND or UP.
    String state();

    /// Tells about the local node: at least `name`; values are strings.
    Map<String, String> node();

    /// Tells about the other node: `name`, `state`, `reachable` (true or false); empty map if there
    /// is none.
    Map<String, String> peer();

    /// Reads a resource: up, down or init; empty if there is none of that id.
    Optional<String> resource(String id);

    /// Sets a resource of class `custom.`.
    void setResource(String id, boolean isUp, String detail);

    /// Shows how far a long hook is.
    ///
    /// @param text empty: the hook has ended
    /// @param percent 0 to 100, or -1 if not known
    void progress(String text, int percent);
}
