package dev.understudy.node.rfs;

import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.FileId;
import dev.understudy.node.rfs.tree.TreeWalk;
import dev.understudy.node.store.SlotFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Finds what changed while no mount stood over the directories.
///
/// While the mount stands, the wall-clock time is written down now and then; at the next start
/// everything with a change time since then is suspected (programs cannot set it). No walk is
/// needed when the machine went down with the mount standing and the mount came back before any
/// login or service: nobody could change anything in between.
final class UnmountedWalk {
    private static final long MARGIN_SECONDS = 120;

    private final Path file;
    private final List<Directory> directories;
    private final String bootId;
    private final BooleanSupplier isFirstAtBoot;

    /// @param seconds when the mount was last known to stand, since 1970
    /// @param stood whether it did not end in order then
    private record Note(long seconds, boolean stood, String bootId) {}

    UnmountedWalk(ReplicaSetup setup, List<Directory> directories) {
        this.file = setup.folder().resolve("mounted");
        this.directories = directories;
        this.bootId = setup.bootId();
        this.isFirstAtBoot = setup.isFirstAtBoot();
    }

    /// Walks if there was an unmounted period that may matter. The period is over for good only
    /// with [#mounted], to be called when what was found is durable.
    ///
    /// @param found gets the parts to be compared
    /// @return files that may have changed
    long run(BlockSet found) throws IOException {
        Note last = read();
        if (last == null) {
            return 0; // never mounted before: nothing to compare with
        }
        if (last.stood && !last.bootId.equals(bootId) && isFirstAtBoot.getAsBoolean()) {
            return 0;
        }
        long since = last.seconds;
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

    private @Nullable Note read() throws IOException {
        try (SlotFile slots = SlotFile.open(file)) {
            byte[] record = slots.read();
            if (record == null || record.length < Long.BYTES) {
                return null;
            }
            ByteBuffer in = ByteBuffer.wrap(record);
            long seconds = in.getLong();
            boolean stood = in.hasRemaining() && in.get() == 1;
            String boot = StandardCharsets.US_ASCII.decode(in).toString();
            return new Note(seconds, stood, boot);
        }
    }

    /// Notes that the mount stands now.
    void mounted() throws IOException {
        write(true);
    }

    /// Notes that the mount ends in order: what happens from now on nobody sees.
    void ended() throws IOException {
        write(false);
    }

    private void write(boolean stands) throws IOException {
        byte[] boot = bootId.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer record = ByteBuffer.allocate(Long.BYTES + 1 + boot.length);
        record.putLong(java.time.Instant.now().getEpochSecond());
        record.put((byte) (stands ? 1 : 0)).put(boot);
        try (SlotFile slots = SlotFile.open(file)) {
            slots.write(record.array());
        }
    }
}
