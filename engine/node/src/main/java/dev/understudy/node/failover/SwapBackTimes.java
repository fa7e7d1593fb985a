package dev.understudy.node.failover;

import dev.understudy.safe.UserConfig.SwapBack;
import java.time.LocalTime;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Tells the core, which knows no time of day, when the preferred primary may get the service back.
final class SwapBackTimes implements AutoCloseable {
    /// The clock may be set, and summer time begins: looked at again and again.
    private static final long LOOK_MS = 5_000;

    private final SwapBack times;
    private final Supplier<LocalTime> clock;
    private final BooleanSupplier known;
    private final Consumer<Boolean> tell;
    private @Nullable Thread thread;

    /// @param known what the core takes for true now
    /// @param tell tells it otherwise
    SwapBackTimes(
            SwapBack times,
            Supplier<LocalTime> clock,
            BooleanSupplier known,
            Consumer<Boolean> tell) {
        this.times = times;
        this.clock = clock;
        this.known = known;
        this.tell = tell;
    }

    /// Looks once.
    void look() {
        boolean open = times.isOpen(clock.get());
        if (open != known.getAsBoolean()) tell.accept(open);
    }

    /// Looks at once and from now on.
    void start() {
        look();
        thread =
                Thread.ofVirtual()
                        .name("swap-back")
                        .start(() -> {
                            try {
                                while (true) {
                                    TimeUnit.MILLISECONDS.sleep(LOOK_MS);
                                    look();
                                }
                            } catch (InterruptedException closed) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    @Override
    public void close() {
        Thread running = thread;
        if (running != null) running.interrupt();
    }
}
