package dev.understudy.node.script;

import dev.understudy.posix.process.NamedPipe;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One output stream of a program: drained as long as anyone has it open, kept up to a limit, told
/// line by line.
final class Output {
    /// What is kept, in bytes; the rest is read and dropped.
    static final int KEPT_BYTES_MAX = 256 << 10;

    private static final int LINE_BYTES_MAX = 8 << 10;
    private static final int LINES_MAX = 5_000;

    private final Path pipe;
    private final Consumer<String> lines;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final CountDownLatch ended = new CountDownLatch(1);
    private int lineCount;

    private Output(Path pipe, Consumer<String> lines) {
        this.pipe = pipe;
        this.lines = lines;
    }

    /// Makes a pipe and begins to read it.
    ///
    /// @param lines gets each line, the first 5,000
    static Output open(Path pipe, Consumer<String> lines) throws IOException {
        Files.deleteIfExists(pipe);
        NamedPipe.make(pipe);
        Output output = new Output(pipe, lines);
        // a daemon may hold its output for years: a platform thread, so that no carrier waits in
        // read(2)
        Thread.ofPlatform().daemon().name("output").start(output::drain);
        return output;
    }

    /// Gives where the program is to write.
    Path pipe() {
        return pipe;
    }

    /// Takes the name away, after the program has opened it; ends the reader if nobody did.
    void opened() {
        try (RandomAccessFile _ = new RandomAccessFile(pipe.toFile(), "rw")) {
            // opening both ways never blocks, and lets a reader go that still waits for a writer:
            // fifo(7)
            Files.deleteIfExists(pipe);
        } catch (IOException e) {
            ended.countDown(); // the name is gone: nothing more to take away
        }
    }

    /// Waits for the end of the stream, for a short while: a daemon may keep it open.
    String text(long waitMs) throws InterruptedException {
        boolean _ = ended.await(waitMs, TimeUnit.MILLISECONDS);
        synchronized (this) {
            return kept.toString(StandardCharsets.UTF_8);
        }
    }

    private void drain() {
        byte[] buffer = new byte[8192];
        try (InputStream in = new FileInputStream(pipe.toFile())) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                take(buffer, count);
            }
        } catch (IOException e) {
            lines.accept("(output lost: " + e.getMessage() + ")");
        } finally {
            tell();
            ended.countDown();
        }
    }

    private void take(byte[] buffer, int count) {
        synchronized (this) {
            kept.write(buffer, 0, Math.min(count, KEPT_BYTES_MAX - kept.size()));
        }
        for (int i = 0; i < count; i++) {
            if (buffer[i] == '\n') {
                tell();
            } else if (line.size() < LINE_BYTES_MAX) {
                line.write(buffer[i]);
            }
        }
    }

    private void tell() {
        if (line.size() > 0 && ++lineCount <= LINES_MAX) {
            lines.accept(
                    lineCount == LINES_MAX
                            ? "(more than " + LINES_MAX + " lines; the rest is dropped)"
                            : line.toString(StandardCharsets.UTF_8).stripTrailing());
        }
        line.reset();
    }
}
