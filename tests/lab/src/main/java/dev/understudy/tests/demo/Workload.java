package dev.understudy.tests.demo;

import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.NetworkSpace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Clients that commit without a pause through the virtual IP and remember every acknowledgement.
///
/// A commit whose answer did not come is neither counted as acknowledged nor ever repeated under
/// the same name.
public final class Workload implements AutoCloseable {
    private static final int PROBE_CONNECT_MS = 100;
    private static final long PROBE_PAUSE_NS = 20_000_000;
    private static final long STUCK_NS = 400_000_000;
    private static final long RETRY_PAUSE_NS = 10_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Application application;
    private final List<Writer> writers = new ArrayList<>();
    private final List<CompletableFuture<Boolean>> threads = new ArrayList<>();
    private final AtomicBoolean isStopped = new AtomicBoolean();
    private volatile boolean isPaused;

    /// Starts `count` writers and a prober in the client's network.
    public Workload(Application application, NetworkSpace client, int count) {
        this.application = application;
        for (int i = 1; i <= count; i++) {
            Writer writer = new Writer("w" + i);
            writers.add(writer);
            threads.add(client.start(writer.name, writer::run));
        }
        threads.add(client.start("prober", this::probe));
    }

    /// Names every acknowledged commit.
    public Set<String> acknowledged() {
        Set<String> all = new HashSet<>();
        for (Writer writer : writers) {
            synchronized (writer.acknowledged) {
                all.addAll(writer.acknowledged);
            }
        }
        return all;
    }

    /// Counts acknowledged commits.
    public long count() {
        long sum = 0;
        for (Writer writer : writers) {
            synchronized (writer.acknowledged) {
                sum += writer.acknowledged.size();
            }
        }
        return sum;
    }

    /// Waits until every writer has had `more` further commits acknowledged.
    public void awaitCommits(int more) {
        List<Integer> before = writers.stream().map(Writer::size).toList();
        Await.until(
                () -> "every writer commits through the virtual IP; last refusal: " + lastProblem(),
                PATIENCE,
                () -> {
                    for (int i = 0; i < before.size(); i++) {
                        if (writers.get(i).size() < before.get(i) + more) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    /// Gives the longest time without any acknowledgement between two instants of
    /// [System#nanoTime], in nanoseconds.
    public long longestSilenceNs(long fromNs, long toNs) {
        long[] times =
                writers.stream()
                        .flatMapToLong(w -> w.timesBetween(fromNs, toNs))
                        .sorted()
                        .toArray();
        long longest = 0;
        long previous = fromNs;
        for (long time : times) {
            longest = Math.max(longest, time - previous);
            previous = time;
        }
        return Math.max(longest, times.length == 0 ? toNs - fromNs : 0);
    }

    /// Lets the writers rest and waits until none is in the middle of a commit.
    public void pause() {
        isPaused = true;
        Await.until("writers rest", PATIENCE, () -> writers.stream().allMatch(w -> w.isResting));
    }

    /// Ends [#pause].
    public void resume() {
        isPaused = false;
    }

    /// Says what the writers met last.
    public String lastProblem() {
        return writers.stream()
                .map(w -> w.problem)
                .filter(p -> !p.isEmpty())
                .findFirst()
                .orElse("none");
    }

    @Override
    public void close() {
        isStopped.set(true);
        Await.until(
                "writers end",
                PATIENCE,
                () -> {
                    writers.forEach(Writer::abort);
                    return threads.stream().allMatch(CompletableFuture::isDone);
                });
    }

    /// A client's health check: a port that answers again frees writers that still wait for the
    /// node that died.
    private boolean probe() {
        boolean wasDown = false;
        while (!isStopped.get()) {
            boolean isUp = answers();
            if (isUp && wasDown) {
                long nowNs = System.nanoTime();
                writers.stream()
                        .filter(w -> nowNs - w.busySinceNs > STUCK_NS)
                        .forEach(Writer::abort);
            }
            wasDown = !isUp;
            LockSupport.parkNanos(PROBE_PAUSE_NS);
        }
        return true;
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(Lab.VIRTUAL_IP, application.port()), PROBE_CONNECT_MS);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private final class Writer {
        private final String name;
        private final List<String> acknowledged = new ArrayList<>();
        private long[] timesNs = new long[1024];
        private volatile long busySinceNs = Long.MAX_VALUE;
        private volatile boolean isResting;
        private volatile String problem = "";
        private volatile Application.@Nullable Connection connection;

        Writer(String name) {
            this.name = name;
        }

        boolean run() {
            long number = 0;
            while (!isStopped.get()) {
                if (isPaused) {
                    isResting = true;
                    LockSupport.parkNanos(RETRY_PAUSE_NS);
                    continue;
                }
                isResting = false;
                try {
                    Application.Connection current = connected();
                    if (current == null) {
                        LockSupport.parkNanos(RETRY_PAUSE_NS);
                        continue;
                    }
                    number++;
                    String entry = name + "-" + number;
                    busySinceNs = System.nanoTime();
                    current.commit(entry);
                    remember(entry, System.nanoTime());
                } catch (Exception e) {
                    problem = String.valueOf(e.getMessage());
                    abort();
                    connection = null;
                    LockSupport.parkNanos(RETRY_PAUSE_NS);
                } finally {
                    busySinceNs = Long.MAX_VALUE;
                }
            }
            abort();
            return true;
        }

        private Application.@Nullable Connection connected() throws Exception {
            Application.Connection current = connection;
            if (current == null && answers()) {
                busySinceNs = System.nanoTime();
                current = application.connect();
                connection = current;
            }
            return current;
        }

        private void remember(String entry, long atNs) {
            synchronized (acknowledged) {
                if (acknowledged.size() == timesNs.length) {
                    timesNs = Arrays.copyOf(timesNs, timesNs.length * 2);
                }
                timesNs[acknowledged.size()] = atNs;
                acknowledged.add(entry);
            }
        }

        int size() {
            synchronized (acknowledged) {
                return acknowledged.size();
            }
        }

        LongStream timesBetween(long fromNs, long toNs) {
            synchronized (acknowledged) {
                long[] copy = Arrays.copyOf(timesNs, acknowledged.size());
                return Arrays.stream(copy).filter(t -> t >= fromNs && t <= toNs);
            }
        }

        void abort() {
            Application.Connection current = connection;
            if (current != null) {
                current.abort();
            }
        }
    }
}
