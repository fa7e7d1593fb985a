package dev.understudy.node.rfs;

import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.FileId;
import dev.understudy.node.rfs.tree.TreeWalk;
import dev.understudy.node.store.SlotFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/// Finds what changed while no mount stood over the directories.
///
/// While the mount stands, the wall-clock time is written down now and then; at the next start
/// everything with a change time since then is suspected (programs cannot set it).
final class UnmountedWalk {
    private static final long MARGIN_SECONDS = 120;

    private final Path file;
    private final List<Directory> directories;

    UnmountedWalk(Path folder, List<Directory> directories) {
        this.file = folder.resolve("mounted");
        this.directories = directories;
    }

    /// Walks if there was an unmounted period that may matter. The period is over for good only
    /// with [#mounted], to be called when what was found is durable.
    ///
    /// @param found gets the parts to be compared
    /// @return files that may have changed
    long run(BlockSet found) throws IOException {
        long since = lastMountedSeconds();
        if (since < 0) {
            return 0; // never mounted before: nothing to compare with
        }
        long changed = 0;
        for (Directory directory : directories) {
            TreeWalk.Changes changes =
                    new TreeWalk(directory.tree()).changedSince(since - MARGIN_SECONDS, 0);
            for (FileId id : changes.files()) {
                if (!changes.directories().contains(id)) {
                    found.addWhole(directory.ordinal(), id.high(), id.low());
                }
                found.addAttributes(directory.ordinal(), id.high(), id.low());
            }
            for (FileId id : changes.directories()) {
                found.addNames(directory.ordinal(), id.high(), id.low());
                found.addAttributes(directory.ordinal(), id.high(), id.low());
            }
            changed += changes.files().size();
        }
        return changed;
    }

    private long lastMountedSeconds() throws IOException {
        try (SlotFile slots = SlotFile.open(file)) {
            byte[] record = slots.read();
            return record != null && record.length == 8 ? ByteBuffer.wrap(record).getLong() : -1;
        }
    }

    /// Notes that the mount stands now.
    void mounted() throws IOException {
        try (SlotFile slots = SlotFile.open(file)) {
            long seconds = java.time.Instant.now().getEpochSecond();
            slots.write(ByteBuffer.allocate(8).putLong(seconds).array());
        }
    }
}
