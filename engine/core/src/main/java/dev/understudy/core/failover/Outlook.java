package dev.understudy.core.failover;

import java.util.List;

/// What a mishap leads to.
///
/// @param mishap what goes wrong
/// @param servedBy the node that serves clients at the end; empty if none does, or both did
/// @param gapNs how long nobody served, without the application's own time to start; when nobody
///   serves at the end it has no meaning
/// @param isBoth at some moment both nodes served
/// @param ends what has become of each node
/// @param text the same in a sentence
public record Outlook(
        Mishap mishap, String servedBy, long gapNs, boolean isBoth, List<End> ends, String text) {
    public Outlook {
        ends = List.copyOf(ends);
    }

    /// What has become of a node.
    ///
    /// @param node its name
    /// @param isOn its machine runs, and so does the daemon
    /// @param state its state; the last one if it is off
    /// @param reason why it does not do more, in words; may be empty
    public record End(String node, boolean isOn, State state, String reason) {}
}
