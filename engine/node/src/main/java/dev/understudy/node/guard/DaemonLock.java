package dev.understudy.node.guard;

import dev.understudy.core.member.HaException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Makes sure that one daemon at a time works on a node's files.
///
/// To be taken before anything else: a second daemon's [Leftovers#clean] would fence the first one.
/// The kernel gives the lock back when the process ends, however it ends.
public final class DaemonLock implements AutoCloseable {
    private final FileChannel file;

    private DaemonLock(FileChannel file) {
        this.file = file;
    }

    /// Takes the lock.
    ///
    /// @param run folder of run-time files
    /// @throws HaException HA-2201 when another daemon has it
    public static DaemonLock take(Path run) throws IOException {
        Files.createDirectories(run);
        FileChannel file =
                FileChannel.open(
                        run.resolve("safed.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        if (!isTaken(file)) {
            file.close();
            throw new HaException(
                    "HA-2201",
                    "another safed runs on " + run,
                    null,
                    "stop it first, or give this node its own --home");
        }
        return new DaemonLock(file);
    }

    private static boolean isTaken(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // by this very process
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
