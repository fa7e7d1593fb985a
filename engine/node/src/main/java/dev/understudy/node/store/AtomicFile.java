package dev.understudy.node.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/// Replaces whole files so that a reader, also after power loss, sees the old or the new content.
public final class AtomicFile {
    private AtomicFile() {}

    /// Writes a file beside the old one, makes it durable and renames it into place.
    ///
    /// @param permissions as `rw-------`; never wider, not even for a moment
    /// @throws IOException naming the file; the old content stands
    public static void write(Path file, byte[] content, String permissions) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path folder = absolute.getParent();
        if (folder == null) throw new IOException(file + " has no folder");
        Path temporary =
                folder.resolve(
                        "." + absolute.getFileName() + ".new-" + ProcessHandle.current().pid());
        Files.deleteIfExists(temporary);
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            temporary,
                            EnumSet.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")))) {
                Files.setPosixFilePermissions(
                        temporary, PosixFilePermissions.fromString(permissions));
                ByteBuffer left = ByteBuffer.wrap(content);
                while (left.hasRemaining()) channel.write(left);
                channel.force(true);
            }
            Files.move(
                    temporary,
                    absolute,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            syncFolder(folder);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /// Makes names created, renamed or removed in a folder durable.
    public static void syncFolder(Path folder) throws IOException {
        // fsync(2): the entry in the directory needs an fsync of the directory itself.
        try (FileChannel channel = FileChannel.open(folder, Set.of(StandardOpenOption.READ))) {
            channel.force(true);
        }
    }
}
