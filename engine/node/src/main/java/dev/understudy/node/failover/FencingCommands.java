package dev.understudy.node.failover;

import dev.understudy.node.store.Ticker;
import dev.understudy.safe.UserConfig.Fencing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the programs of `isolation.fencing` that switch the peer off, one after the other until one
/// ends with exit code 0.
///
/// They belong to the daemon, not to the module: what kills the application leaves them alone.
/// Their environment is a PATH and the names of module, node and peer; each has its time, after
/// which it is killed with all its children.
final class FencingCommands implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FencingCommands.class);
    private static final String PATH =
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final int OUTPUT_MAX = 4_096;
    private static final int LINE_MAX = 120;

    /// A child's last words may still be in the pipe when it has ended.
    private static final long LAST_WORDS_MS = 200;

    private final String module;
    private final List<Fencing> commands;
    private final Ticker ticker;
    private final Map<String, String> environment;
    private final AtomicReference<@Nullable Thread> running = new AtomicReference<>();

    FencingCommands(
            String module, String self, String peer, List<Fencing> commands, Ticker ticker) {
        this.module = module;
        this.ticker = ticker;
        this.commands = List.copyOf(commands);
        this.environment =
                Map.of(
                        "PATH",
                        PATH,
                        "UNDERSTUDY_MODULE",
                        module,
                        "UNDERSTUDY_NODE",
                        self,
                        "UNDERSTUDY_PEER",
                        peer);
    }

    /// Runs them on a thread of their own.
    ///
    /// @param timeoutNs for all of them together
    /// @param answer whether one has switched the peer off, and how they ended
    void run(long timeoutNs, BiConsumer<Boolean, String> answer) {
        Thread thread =
                Thread.ofPlatform()
                        .name("fence-" + module)
                        .daemon()
                        .unstarted(() -> all(timeoutNs, answer));
        running.set(thread);
        thread.start();
    }

    private void all(long timeoutNs, BiConsumer<Boolean, String> answer) {
        long endNs = ticker.nowNs() + timeoutNs;
        List<String> failures = new ArrayList<>();
        try {
            for (Fencing one : commands) {
                long leftNs = Math.min(one.within().toNanos(), endNs - ticker.nowNs());
                if (leftNs <= 0) {
                    failures.add(one.id() + ": no time was left");
                    continue;
                }
                String failure = failure(one, leftNs);
                if (failure.isEmpty()) {
                    answer.accept(true, one.id() + ": exit code 0");
                    return;
                }
                failures.add(one.id() + ": " + failure);
            }
        } catch (InterruptedException ended) {
            failures.add("the module is closed");
        } catch (RuntimeException e) {
            LOG.error("fencing command of {}", module, e);
            failures.add(e.toString());
        }
        answer.accept(false, String.join("; ", failures));
    }

    /// Runs one; empty if it ended with exit code 0.
    private String failure(Fencing one, long withinNs) throws InterruptedException {
        Process process;
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(one.command())
                            .directory(Path.of("/").toFile())
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectErrorStream(true);
            builder.environment().clear();
            builder.environment().putAll(environment);
            process = builder.start();
        } catch (IOException e) {
            return "cannot be started: " + e.getMessage();
        }
        Output output = new Output(process.getInputStream());
        try {
            if (!process.waitFor(withinNs, TimeUnit.NANOSECONDS)) {
                return "not done within %.1f s, killed".formatted(withinNs / 1e9);
            }
            int code = process.exitValue();
            String said = output.lastLine();
            return code == 0 ? "" : "exit code " + code + (said.isEmpty() ? "" : ", " + said);
        } finally {
            kill(process);
        }
    }

    /// With what it left behind.
    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /// The beginning of what a program says; the rest is read and dropped, so that it never waits.
    private static final class Output {
        private final byte[] bytes = new byte[OUTPUT_MAX];
        private final CountDownLatch read = new CountDownLatch(1);
        private volatile int length;

        Output(InputStream from) {
            Thread.ofVirtual().name("fence-output").start(() -> read(from));
        }

        private void read(InputStream from) {
            byte[] rest = new byte[OUTPUT_MAX];
            try (from) {
                int filled = 0;
                for (int count; (count = from.read(rest)) >= 0; ) {
                    int taken = Math.min(count, OUTPUT_MAX - filled);
                    System.arraycopy(rest, 0, bytes, filled, taken);
                    filled += taken;
                    length = filled;
                }
            } catch (IOException closed) {
                LOG.debug("output of a fencing command", closed);
            } finally {
                read.countDown();
            }
        }

        String lastLine() throws InterruptedException {
            if (!read.await(LAST_WORDS_MS, TimeUnit.MILLISECONDS)) {
                LOG.debug("a child of a fencing command holds its output open");
            }
            String text = new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
            String line = text.substring(text.lastIndexOf('\n') + 1).strip();
            return line.substring(0, Math.min(line.length(), LINE_MAX));
        }
    }

    /// Ends what still runs.
    @Override
    public void close() {
        Thread thread = running.getAndSet(null);
        if (thread != null) thread.interrupt();
    }
}
