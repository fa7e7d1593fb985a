package dev.understudy.node.rfs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.QuarantineLimits;
import dev.understudy.node.link.Links;
import dev.understudy.node.link.TlsIdentity;
import dev.understudy.node.rfs.front.FrontListener;
import dev.understudy.node.rfs.front.FuseFront;
import dev.understudy.node.rfs.quarantine.Quarantine;
import dev.understudy.node.rfs.resync.Resynced;
import dev.understudy.node.rfs.tree.Applier;
import dev.understudy.node.rfs.tree.Excludes;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.posix.net.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One node of a test: a replica over a temporary directory, and what it says.
final class TestNode implements AutoCloseable {
    static final String MODULE = "m";
    static final Tuning TUNING =
            new Tuning(2_000_000_000L, 300_000_000L, 64L << 20, 16L << 20, 0, 2_000_000L, false);

    final String name;
    final Path directory;
    final Path state;
    final Links links;
    final List<Throwable> faults = new CopyOnWriteArrayList<>();
    final BlockingQueue<Event.Data> events = new LinkedBlockingQueue<>();
    final List<Event.Data> history = new CopyOnWriteArrayList<>();
    final List<Resynced> resynced = new CopyOnWriteArrayList<>();
    String bootId = "boot";
    boolean isFirstAtBoot;
    boolean isConsistent;
    QuarantineLimits quarantineLimits = new QuarantineLimits(1L << 30, Duration.ofDays(30));
    private @Nullable EventLoop loop;
    private @Nullable Replica replica;
    private @Nullable LowerTree tree;

    TestNode(String name, Path home, @Nullable TlsIdentity identity) throws IOException {
        this(name, identity, home.resolve(name), 0);
    }

    /// @param base what is like a disk: data and state
    /// @param port to listen on, 0 for any
    TestNode(String name, @Nullable TlsIdentity identity, Path base, int port) throws IOException {
        this.name = name;
        directory = Files.createDirectories(base.resolve("data"));
        state = Files.createDirectories(base.resolve("state"));
        links = new Links("c", name, identity);
        links.listen(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }

    InetSocketAddress address() throws IOException {
        return links.listening(0);
    }

    void start(TestNode peer) throws IOException {
        start(peer.name, peer.address(), TUNING);
    }

    void start(String peer, InetSocketAddress address, Tuning tuning) throws IOException {
        open(peer, address, tuning);
        command(new Effect.MountReadOnly());
        await(Event.Verified.class);
    }

    /// Makes the replica; nothing is mounted.
    void open(String peer, InetSocketAddress address, Tuning tuning) throws IOException {
        EventLoop made = new EventLoop("loop-" + name, faults::add);
        made.start();
        loop = made;
        ReplicaSetup setup =
                new ReplicaSetup(
                        MODULE,
                        name,
                        "c",
                        peer,
                        List.of(new ReplicaSetup.Way(address, null)),
                        links,
                        state,
                        bootId,
                        () -> isFirstAtBoot,
                        System::nanoTime,
                        tuning,
                        quarantine(),
                        resynced::add);
        Replica started =
                new Replica(
                        setup,
                        made,
                        event -> {
                            history.add(event);
                            events.add(event);
                        },
                        sink -> {
                            try {
                                LowerTree opened =
                                        LowerTree.open(
                                                directory,
                                                FileId.ofRoot(MODULE, "data"),
                                                state.resolve("index"),
                                                Excludes.NONE);
                                tree = opened;
                                Front front =
                                        new MountedFront(
                                                opened,
                                                made,
                                                sink,
                                                FuseFront.Options.of(0, "test-" + name),
                                                listener());
                                return List.of(
                                        new Directory(
                                                "data", 0, opened, new Applier(opened), front));
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        replica = started;
        started.lease(Long.MAX_VALUE);
    }

    /// The quarantine below this node's state.
    Quarantine quarantine() throws IOException {
        return new Quarantine(
                state.resolve("quarantine"),
                quarantineLimits,
                java.time.InstantSource.system(),
                _ -> {});
    }

    private FrontListener listener() {
        return new FrontListener() {
            @Override
            public void gone(Throwable why) {
                faults.add(why);
            }

            @Override
            public void fault(Throwable fault) {
                faults.add(fault);
            }
        };
    }

    Replica replica() {
        return java.util.Objects.requireNonNull(replica);
    }

    interface OnLoop {
        void run() throws Exception;
    }

    /// Runs something on the module's loop, which stands still meanwhile.
    void onLoop(OnLoop work) {
        java.util.Objects.requireNonNull(loop)
                .execute(() -> {
                    try {
                        work.run();
                    } catch (Exception e) {
                        faults.add(e);
                    }
                });
    }

    LowerTree tree() {
        return java.util.Objects.requireNonNull(tree);
    }

    void command(Effect.Data command) {
        replica().carryOut(command);
    }

    <T extends Event.Data> T await(Class<T> type) {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        try {
            while (true) {
                long leftNs = endNs - System.nanoTime();
                Event.Data event = leftNs > 0 ? events.poll(leftNs, TimeUnit.NANOSECONDS) : null;
                assertTrue(
                        event != null,
                        () ->
                                name
                                        + ": no "
                                        + type.getSimpleName()
                                        + "; history "
                                        + history
                                        + "; faults "
                                        + faults
                                        + "; "
                                        + replica().status().join());
                if (type.isInstance(event)) {
                    return type.cast(event);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    void awaitStatus(java.util.function.Predicate<ReplicaStatus> wanted, String what) {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        ReplicaStatus status = replica().status().join();
        while (!wanted.test(status)) {
            ReplicaStatus last = status;
            assertTrue(System.nanoTime() < endNs, () -> name + ": not " + what + ": " + last);
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
            status = replica().status().join();
        }
    }

    /// Serves alone under a first generation.
    void prim(long epoch) {
        command(new Effect.Serve(epoch, new Generation(100 + epoch), false, false));
    }

    /// Resynchronises `target` from this node and makes a pair of them under `epoch + 1`.
    void join(TestNode target, long epoch) {
        long id = epoch * 10 + 7;
        target.command(
                new Effect.JoinAsTarget(new NodeId(name), id, epoch, false, target.isConsistent));
        command(new Effect.JoinAsSource(new NodeId(target.name), id, epoch));
        await(Event.CaughtUp.class);
        target.await(Event.TargetReady.class);
        pair(target, epoch + 1);
    }

    void pair(TestNode target, long epoch) {
        Generation generation = replica().status().join().generation();
        command(new Effect.Serve(epoch, generation, true, false));
        target.command(new Effect.Follow(epoch));
    }

    /// Ends the process of this node, as far as that can be done inside one.
    void stop() {
        Replica running = replica;
        replica = null;
        if (running != null) {
            running.close();
        }
        EventLoop old = loop;
        loop = null;
        if (old != null) {
            old.close();
        }
        LowerTree opened = tree;
        tree = null;
        if (opened != null) {
            opened.close();
        }
    }

    @Override
    public void close() {
        try {
            stop();
        } finally {
            links.close();
        }
    }
}
