package dev.understudy.node.journal;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Step;
import dev.understudy.core.replay.BadRecording;
import dev.understudy.core.replay.Recording;
import dev.understudy.core.replay.RecordingReader;
import dev.understudy.core.replay.RecordingWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps what the failover machine of one module was told and what it decided, so that `safe replay
/// --journal` can go the same steps again.
///
/// Two files are kept, [#FILE] and [#OLDER], each at most `bytesMax`; every one can be replayed by
/// itself. The module's loop hands a step over and never waits: a thread of its own writes twice a
/// second, and what it is too slow for is missing, which the recording says. A block with a
/// transition is made durable; what came after it is in the kernel's hands.
public final class Decisions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

    /// The newest steps.
    public static final String FILE = "decisions.rec";

    /// Those before.
    public static final String OLDER = "decisions.1.rec";

    /// Some eight hours of a module that runs.
    public static final long BYTES_MAX = 4L << 20;

    private static final int QUEUE_MAX = 2_048;
    private static final long GATHER_MS = 500;
    private static final int BLOCK_BYTES = 64 << 10;

    private final Path folder;
    private final String module;
    private final String node;
    private final long bytesMax;
    private final InstantSource clock;
    private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final RecordingWriter writer = new RecordingWriter();
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable FileChannel file;
    private @Nullable Node expected;
    private Recording.Why why = Recording.Why.START;
    private boolean isFailing;

    /// A step that is to be written.
    ///
    /// @param after null if the step threw
    private record Item(long atMs, Node before, Event event, @Nullable Step after, String fault) {}

    /// Prepares the files of a module; the first of them is opened when there is something to
    /// write.
    ///
    /// @param folder of the module's records
    /// @param bytesMax size at which a file is put aside, at least 64 KiB
    /// @param clock tells the time of day
    public Decisions(Path folder, String module, String node, long bytesMax, InstantSource clock) {
        this.folder = folder;
        this.module = module;
        this.node = node;
        this.bytesMax = Math.max(bytesMax, BLOCK_BYTES);
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("decisions-" + module).unstarted(this::run);
    }

    /// Lets it write.
    public void start() {
        thread.start();
    }

    /// Takes one step over.
    public void stepped(Node before, Event event, Step after) {
        offer(new Item(clock.millis(), before, event, after, ""));
    }

    /// Takes a step over that threw.
    public void threw(Node before, Event event, Throwable fault) {
        offer(new Item(clock.millis(), before, event, null, fault.toString()));
    }

    /// Tells whether everything handed over so far is with the writer.
    boolean hasTakenAll() {
        return queue.isEmpty();
    }

    /// What finds no room is missing: the next step does not begin where the last one ended.
    private void offer(Item item) {
        if (!queue.offer(item)) {
            LOG.debug("module {}: a decision is not recorded", module);
        }
    }

    private void run() {
        List<Item> items = new ArrayList<>();
        try {
            boolean isOver;
            do {
                isOver = closed.await(GATHER_MS, TimeUnit.MILLISECONDS);
                queue.drainTo(items);
                if (!items.isEmpty()) write(items);
                items.clear();
            } while (!isOver);
        } catch (InterruptedException ended) {
            LOG.debug("module {}: decisions end", module);
        } finally {
            shut();
        }
    }

    private void write(List<Item> items) {
        try {
            boolean isTransition = false;
            for (Item item : items) {
                add(item);
                isTransition |= isTransition(item);
                if (writer.length() >= BLOCK_BYTES) put();
            }
            put();
            if (isTransition && file != null) file.force(false);
            isFailing = false;
        } catch (IOException | RuntimeException e) {
            // The service matters more than what it can be proven from later.
            if (!isFailing) LOG.warn("module {}: decisions cannot be recorded", module, e);
            isFailing = true;
            writer.block();
            expected = null;
            why = Recording.Why.GAP;
            shut();
        }
    }

    private static boolean isTransition(Item item) {
        return item.after() == null
                || item.after().effects().stream()
                        .anyMatch(
                                e -> e instanceof Effect.Journal line && line.from() != line.to());
    }

    private void add(Item item) throws IOException {
        FileChannel target = file;
        if (target == null) {
            target = opened();
        } else if (target.size() + writer.length() >= bytesMax) {
            put();
            target.close();
            target = fresh();
            if (item.before().equals(expected)) why = Recording.Why.NEXT_FILE;
            expected = null;
        }
        file = target;
        if (!item.before().equals(expected)) {
            writer.opening(item.atMs(), why, item.before());
            why = Recording.Why.GAP;
        }
        Step after = item.after();
        writer.step(item.event(), after == null ? List.of() : after.effects(), item.fault());
        expected = after == null ? null : after.next();
    }

    private void put() throws IOException {
        FileChannel target = file;
        if (target == null || writer.length() == 0) return;
        ByteBuffer block = ByteBuffer.wrap(writer.block());
        while (block.hasRemaining()) target.write(block);
    }

    /// Goes on with the file that is there if this program wrote it, after its last whole block.
    private FileChannel opened() throws IOException {
        Path path = folder.resolve(FILE);
        if (Files.exists(path)) {
            long whole = wholeBytes(path);
            if (whole > 0 && whole < bytesMax) {
                FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
                channel.truncate(whole);
                channel.position(whole);
                return channel;
            }
        }
        return fresh();
    }

    /// @return 0 if it cannot be gone on with
    private long wholeBytes(Path path) throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        try {
            Recording found = RecordingReader.read(bytes, version());
            boolean isOurs =
                    found.origin().version().equals(version())
                            && found.origin().module().equals(module)
                            && found.origin().node().equals(node);
            return isOurs ? found.wholeBytes() : 0;
        } catch (BadRecording other) {
            LOG.info("module {}: {} is put aside: {}", module, path, other.getMessage());
            return 0;
        }
    }

    private FileChannel fresh() throws IOException {
        Path path = folder.resolve(FILE);
        if (Files.exists(path)) {
            Files.move(path, folder.resolve(OLDER), StandardCopyOption.REPLACE_EXISTING);
        }
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ByteBuffer head = ByteBuffer.wrap(RecordingWriter.head(version(), module, node));
        while (head.hasRemaining()) channel.write(head);
        return channel;
    }

    private static String version() {
        String version = Decisions.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private void shut() {
        FileChannel target = file;
        file = null;
        if (target == null) return;
        try {
            target.close();
        } catch (IOException e) {
            LOG.warn("module {}: the recording of decisions cannot be closed", module, e);
        }
    }

    /// Writes what was handed over and closes the file.
    @Override
    public void close() {
        closed.countDown();
        try {
            if (thread.getState() == Thread.State.NEW) return;
            thread.join(5_000);
            if (thread.isAlive()) thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
