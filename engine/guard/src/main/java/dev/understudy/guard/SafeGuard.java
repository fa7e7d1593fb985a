package dev.understudy.guard;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// The program `safe-guard`.
public final class SafeGuard {
    private static final int USAGE = 2;
    private static final int INPUT_OUTPUT = 3;

    private SafeGuard() {}

    /// Starts and keeps the processes of a node until SIGTERM.
    public static void main(String[] args) {
        Settings settings;
        try {
            String program = System.getenv().getOrDefault("UNDERSTUDY_PROGRAM", "");
            settings = Settings.parse(List.of(args), program);
        } catch (Settings.BadUsage e) {
            System.err.print(e.getMessage());
            System.exit(USAGE);
            return;
        }
        System.exit(run(settings));
    }

    private static int run(Settings settings) {
        try {
            Files.createDirectories(settings.run());
            try (FileChannel file =
                            FileChannel.open(
                                    settings.run().resolve("guard.lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    FileLock lock = file.tryLock()) {
                if (lock == null) {
                    Log.line(
                            "another safe-guard runs on "
                                    + settings.run()
                                    + "; stop it first, or give this node its own --home");
                    return INPUT_OUTPUT;
                }
                return guard(settings);
            }
        } catch (IOException e) {
            Log.line("cannot start: " + e.getMessage());
            return INPUT_OUTPUT;
        }
    }

    private static int guard(Settings settings) throws IOException {
        CountDownLatch ended = new CountDownLatch(1);
        try (Guard guard = new Guard(settings)) {
            Thread hook =
                    new Thread(
                            () -> {
                                guard.stop();
                                awaitUninterruptibly(ended);
                            },
                            "stop");
            Runtime.getRuntime().addShutdownHook(hook);
            return guard.run();
        } finally {
            ended.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
