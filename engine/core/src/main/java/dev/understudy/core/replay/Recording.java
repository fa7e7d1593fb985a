package dev.understudy.core.replay;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Node;
import java.util.List;

/// What the failover machine of one module on one node was told and what it decided.
///
/// As bytes: the line [RecordingWriter#MAGIC], then blocks: length u32, its complement u32, CRC32C
/// u32 of what follows, then so many bytes; big-endian. The first block says who wrote it, see
/// [Origin]; the others hold entries, in which an event or effect states only what differs from the
/// last one of its kind since the newest [Opening]. A block is written at once and may be the last.
///
/// @param origin who wrote it
/// @param entries in the order of the steps
/// @param wholeBytes after the last block that is there as a whole
/// @param isCut bytes follow that are no whole block: a loss of power, or a copy taken meanwhile
public record Recording(Origin origin, List<Entry> entries, long wholeBytes, boolean isCut) {
    public Recording {
        entries = List.copyOf(entries);
    }

    /// Who wrote a recording.
    ///
    /// @param shape of the types in it; one with another shape cannot be read
    /// @param version of the program that decided
    /// @param module whose decisions these are
    /// @param node on which node
    public record Origin(long shape, String version, String module, String node) {}

    /// One entry.
    public sealed interface Entry {}

    /// A node as it is: the first entry, after every start of the daemon, and wherever steps are
    /// missing before.
    ///
    /// @param atMs wall clock, milliseconds since 1970 UTC
    /// @param why what came before
    public record Opening(long atMs, Why why, Node node) implements Entry {}

    /// Why a recording states the whole node.
    public enum Why {
        /// The daemon started.
        START,
        /// The file before was full: the node is the one that its last step led to.
        NEXT_FILE,
        /// Steps before could not be written.
        GAP
    }

    /// One step.
    ///
    /// @param event what the machine was told
    /// @param effects what it decided
    /// @param fault what it threw instead, in words; empty if it did not
    public record Stepped(Event event, List<Effect> effects, String fault) implements Entry {
        public Stepped {
            effects = List.copyOf(effects);
        }
    }

    /// The shape of what this program writes and reads.
    public static long ourShape() {
        return Forms.OURS.shape;
    }
}
