package dev.understudy.safe;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What is replicated, and how.
///
/// @param durability when a write of the application is acknowledged
/// @param network name of the cluster's network for the stream, or `auto`
/// @param acknowledgeWithin how long a write may wait for the peer until the node goes on alone
/// @param resyncLimit most bytes per second of a resynchronisation; empty = no limit
/// @param quarantine what is kept of a copy that is given up
/// @param directories one ordered stream for all of them
public record Replication(
        Durability durability,
        String network,
        Duration acknowledgeWithin,
        Optional<Bandwidth> resyncLimit,
        Quarantine quarantine,
        List<Directory> directories) {
    public Replication {
        directories = List.copyOf(directories);
    }

    /// When a write is acknowledged to the application.
    public enum Durability {
        /// In the page cache here and received by the peer; fsync waits for both disks.
        MEMORY,
        /// On both disks, each write.
        DISK
    }

    /// What a copy had of its own before it was overwritten by an operator's word.
    ///
    /// @param maxSize of all that is kept; beyond it the copy is not overwritten
    /// @param maxAge after which it is removed
    public record Quarantine(Size maxSize, Duration maxAge) {
        /// 20 GiB, 30 days.
        public static final Quarantine DEFAULT =
                new Quarantine(new Size(20L << 30), Duration.ofDays(30));
    }

    /// A replicated directory.
    ///
    /// @param id unique among the directories
    /// @param path absolute
    /// @param exclude gitignore patterns relative to the path: they stay on this node only
    /// @param require relative paths that must be there on the node about to serve
    public record Directory(String id, String path, List<String> exclude, List<String> require) {
        public Directory {
            exclude = List.copyOf(exclude);
            require = List.copyOf(require);
        }
    }
}
