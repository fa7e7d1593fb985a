package dev.understudy.node.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.understudy.posix.CString;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Ext4Shutdown;
import dev.understudy.posix.fs.Fd;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// An ext4 of its own in a file, which can lose power, break and fill up.
final class LoopDisk implements AutoCloseable {
    private final Path image;
    private final Path mount;
    private boolean mounted;
    private @Nullable Path after;

    LoopDisk(Path image, Path mount, long bytes) throws IOException {
        this.image = image;
        this.mount = Files.createDirectories(mount);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        }
        run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
        mount();
    }

    Path mounted() {
        return mount;
    }

    void mount() throws IOException {
        run("mount", "-o", "loop", image.toString(), mount.toString());
        mounted = true;
    }

    void unmount() throws IOException {
        if (mounted) {
            run("umount", "-l", mount.toString());
            mounted = false;
        }
    }

    /// What is not durable is lost from this instant on; every call gives EIO until it is mounted
    /// again.
    void losePower() {
        try (CString path = CString.of(mount.toString())) {
            int fd = At.openat(At.AT_FDCWD, path.address(), At.O_RDONLY | At.O_CLOEXEC, 0);
            int result = Ext4Shutdown.now(fd);
            Fd.close(fd);
            assertEquals(0, result, "shutdown of " + mount);
        }
    }

    /// Gives what survived [#losePower], mounted from a copy: the process whose disk it was may
    /// still hold the old one.
    Path survived() throws IOException {
        Path copy = image.resolveSibling(image.getFileName() + ".copy");
        Path at = Files.createDirectories(image.resolveSibling(image.getFileName() + ".after"));
        run("cp", "--sparse=always", image.toString(), copy.toString());
        run("mount", "-o", "loop", copy.toString(), at.toString());
        after = at;
        return at;
    }

    /// Takes all space but a rest.
    Path fill(long leaveBytes) throws IOException {
        Path ballast = mount.resolve("ballast");
        long free = mount.toFile().getUsableSpace();
        run("fallocate", "-l", Long.toString(free - leaveBytes), ballast.toString());
        return ballast;
    }

    private static void run(String... words) throws IOException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() > 1) {
                throw new IOException(List.of(words) + ": " + text);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        unmount();
        Path copy = after;
        if (copy != null) {
            run("umount", "-l", copy.toString());
        }
    }
}
