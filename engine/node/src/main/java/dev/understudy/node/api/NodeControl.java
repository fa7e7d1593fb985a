package dev.understudy.node.api;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the API asks of the node as a whole: its state, its journal, its audit trail.
///
/// Thread-safe; returns within milliseconds.
public interface NodeControl {
    /// Shows this node and how it sees its peers.
    NodeState state();

    /// Reads the journal forward.
    ///
    /// @param module only entries of this module, null for all
    /// @param after number of the last entry already known, 0 for none; a negative value `-n` asks
    ///   for the last `n` entries
    /// @param limit most entries to return, 1 to 10000
    /// @return oldest first, numbers ascending
    List<JournalEntry> journal(@Nullable String module, long after, int limit);

    /// Packs what a supporter needs to see: what is given, the configuration, the journal, facts of
    /// the kernel; neither keys nor tokens nor values of secret parameters.
    ///
    /// @param live files to add, by their names
    /// @return a zip
    /// @throws IOException if a folder cannot be read; single files that cannot are named inside
    byte[] support(Map<String, byte[]> live) throws IOException;

    /// Writes one line of the audit trail into the journal: a mutating call, who made it, from
    /// where, and what came of it. Never contains a secret.
    void audit(Caller caller, String call, String outcome);
}
