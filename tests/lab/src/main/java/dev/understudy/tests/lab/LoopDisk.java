package dev.understudy.tests.lab;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// An ext4 in a file, on a loop device that stays attached over power losses.
final class LoopDisk {
    private final Path image;
    private final String device;

    private LoopDisk(Path image, String device) {
        this.image = image;
        this.device = device;
    }

    /// Makes the file system and attaches it; the kernel creates loop devices on demand.
    static LoopDisk create(Path image, long bytes) {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        } catch (IOException e) {
            throw new LabException("cannot create " + image, e);
        }
        // All tables are written now: a background initialisation would disturb measurements.
        // Nothing is kept for root: a full disk is full for the daemon too.
        Shell.must(
                "mkfs.ext4",
                "-q",
                "-F",
                "-m",
                "0",
                "-E",
                "lazy_itable_init=0,lazy_journal_init=0",
                image.toString());
        return new LoopDisk(image, Shell.must("losetup", "--find", "--show", image.toString()));
    }

    String device() {
        return device;
    }

    /// Tells whether some mount namespace still holds the file system.
    boolean isMounted() {
        return Files.exists(Path.of("/sys/fs/ext4", Path.of(device).getFileName().toString()));
    }

    /// Waits until the last mount of it is gone, so that the next one reads the disk and not a dead
    /// instance.
    void awaitUnmounted() {
        Await.until(device + " unmounted", Duration.ofSeconds(20), () -> !isMounted());
    }

    /// Checks the file system, repairing what a journal replay repairs; it must not be mounted.
    Shell.Result check() {
        return Shell.run(Shell.PATIENCE, "", List.of("e2fsck", "-f", "-n", device));
    }

    /// Detaches and deletes.
    void destroy() throws IOException {
        Shell.run(Shell.PATIENCE, "", List.of("losetup", "--detach", device));
        Files.deleteIfExists(image);
    }
}
