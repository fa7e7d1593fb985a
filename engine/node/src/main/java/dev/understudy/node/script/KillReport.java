package dev.understudy.node.script;

import java.util.List;

/// Says what was left of a module's processes and how their end went.
///
/// @param killed number of processes that were there and are gone
/// @param remaining processes that did not go within the time (blocked in the kernel), as `pid
///   name`
/// @param elapsedNs time taken in nanoseconds
public record KillReport(int killed, List<String> remaining, long elapsedNs) {
    /// Copies the list.
    public KillReport {
        remaining = List.copyOf(remaining);
    }

    /// Tells whether nothing of the module runs any more.
    public boolean isClean() {
        return remaining.isEmpty();
    }
}
