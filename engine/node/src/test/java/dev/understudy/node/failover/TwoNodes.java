package dev.understudy.node.failover;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.FailoverRules;
import dev.understudy.core.failover.Fenced;
import dev.understudy.core.failover.Hook;
import dev.understudy.core.failover.HookResult;
import dev.understudy.core.failover.Isolation;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Phase;
import dev.understudy.core.failover.Settings;
import dev.understudy.core.failover.State;
import dev.understudy.core.failover.Timing;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.rules.RestartLimit;
import dev.understudy.node.api.Command;
import dev.understudy.node.api.CommandOptions;
import dev.understudy.node.api.Explanation;
import dev.understudy.node.api.ModuleState;
import dev.understudy.node.api.Outcome;
import dev.understudy.node.heart.Heart;
import dev.understudy.node.heart.PairKey;
import dev.understudy.node.journal.Entry;
import dev.understudy.node.journal.Journal;
import dev.understudy.safe.UserConfig.SwapBack;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Two loops of one module with real records, journals and heartbeats on loopback; the data path
/// and the surroundings answer at once and write down what was asked of them.
final class TwoNodes {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private byte keys;
    final Side a;
    final Side b;

    TwoNodes(Path folder) throws Exception {
        InetSocketAddress atA = free();
        InetSocketAddress atB = free();
        a = new Side(folder.resolve("a"), "a", "b", atA, atB);
        b = new Side(folder.resolve("b"), "b", "a", atB, atA);
    }

    private static InetSocketAddress free() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
        }
    }

    /// A node that starts brings new keys, as the control link does: counters begin anew.
    private void newKeys() throws Exception {
        byte[] secret = new byte[32];
        secret[0] = ++keys;
        for (Side side : List.of(a, b)) {
            Heart heart = side.heart;
            if (heart != null) heart.install(PairKey.derive(secret, side.name, side.peer));
        }
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long endNs = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - endNs > 0) throw new AssertionError("not within 20 s: " + what);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    static Outcome outcome(CompletionStage<Outcome> command) throws Exception {
        return command.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    void close() throws Exception {
        a.close();
        b.close();
    }

    /// One node: life begins with [#boot] and ends with [#die], again and again.
    final class Side {
        final Path folder;
        final String name;
        final List<String> deeds = new CopyOnWriteArrayList<>();
        private final String peer;
        private final InetSocketAddress local;
        private final InetSocketAddress remote;
        private long incarnation = 1;
        private ModuleRuntime module;
        private @Nullable Heart heart;
        private Journal journal;
        volatile boolean startFails;

        /// Checkers that are switched off.
        final List<String> off = new CopyOnWriteArrayList<>();

        ModuleRuntime module() {
            return module;
        }

        /// The module's failover rules from the next [#boot] on.
        FailoverRules rules = FailoverRules.NONE;

        /// How long a fencing command may take from the next [#boot] on; 0 if there is none.
        long fencingNs;

        /// What the fencing command does; null: it fails.
        volatile @Nullable Runnable switchesOff;

        /// The module is of kind light from the next [#boot] on.
        boolean light;

        @SuppressWarnings("NullAway.Init") // boot() gives the life its parts
        Side(
                Path folder,
                String name,
                String peer,
                InetSocketAddress local,
                InetSocketAddress remote) {
            this.folder = folder;
            this.name = name;
            this.peer = peer;
            this.local = local;
            this.remote = remote;
        }

        void boot(boolean start) throws Exception {
            journal = Journal.open(folder.resolve("journal"), 1 << 20, Instant::now);
            Heart fresh =
                    new Heart(
                            List.of(new Heart.Network("default", local, remote)),
                            Timing.DEFAULT.beatNs(),
                            System::nanoTime);
            fresh.start();
            heart = fresh;
            Settings settings =
                    new Settings(
                                    new NodeId(name),
                                    new NodeId(light ? name : peer),
                                    "digest",
                                    Isolation.PROTECT,
                                    true,
                                    true,
                                    true,
                                    false,
                                    new RestartLimit(3, TimeUnit.HOURS.toNanos(24)),
                                    Timing.DEFAULT,
                                    rules)
                            .withFencing(fencingNs);
            module =
                    ModuleRuntime.open(
                            new ModuleRuntime.Facts(
                                    "m", "1", "digest", true, "memory", "auto", SwapBack.ON),
                            settings,
                            folder.resolve("data"),
                            new ModuleLoop.Life(incarnation++, "boot"),
                            System::nanoTime,
                            journal,
                            fresh,
                            RegisterVotes.NONE,
                            RandomGenerator.of("L64X128MixRandom"),
                            new ModuleRuntime.Views(
                                    List::of,
                                    List::of,
                                    () -> List.copyOf(off),
                                    _ -> "none",
                                    (_, _, _) -> {},
                                    (id, isOn) -> {
                                        if (isOn) off.remove(id);
                                        else off.add(id);
                                        return List.of(id);
                                    },
                                    java.util.Optional.empty(),
                                    hook -> hook),
                            new ModuleRuntime.Makers(Wire::new, Around::new));
            newKeys();
            module.start(start);
        }

        Node node() {
            return module.node();
        }

        State state() {
            return module.node().state();
        }

        void await(State wanted) throws InterruptedException {
            TwoNodes.await(
                    name + " becomes " + wanted + ", is " + module.node(),
                    () -> state() == wanted && !module.node().isBusy());
        }

        Outcome command(Command command) throws Exception {
            return outcome(begin(command));
        }

        CompletionStage<Outcome> begin(Command command) {
            return module.command(command, CommandOptions.NONE);
        }

        /// The daemon lives, and nobody hears it.
        void fallSilent() throws Exception {
            if (heart != null) heart.close();
            heart = null;
        }

        /// The daemon is gone without a word.
        void die() throws Exception {
            if (heart != null) heart.close();
            module.close();
            journal.close();
        }

        List<Entry> journal() {
            return journal.tail("m", 1_000);
        }

        Explanation explain(long atMs) throws IOException {
            return module.explain(atMs);
        }

        ModuleState shown() {
            return module.state();
        }

        List<String> journalNames() {
            return journal.tail("m", 1_000).stream().map(e -> e.name()).toList();
        }

        void close() throws Exception {
            die();
        }

        private final class Wire implements DataPath {
            private final Consumer<Event> report;

            Wire(Consumer<Event> report) {
                this.report = report;
            }

            @Override
            public void command(Effect.Data command) {
                long now = System.nanoTime();
                deeds.add(command.getClass().getSimpleName());
                switch (command) {
                    case Effect.MountReadOnly(), Effect.Abort() -> {
                        report.accept(new Event.Mounted(now));
                        report.accept(new Event.Verified(now, 0));
                    }
                    case Effect.Seal() -> report.accept(new Event.Sealed(now));
                    case Effect.TakeOver() -> report.accept(new Event.TailApplied(now));
                    case Effect.KeepOwn() -> report.accept(new Event.Kept(now, ""));
                    case Effect.SetBack() -> report.accept(new Event.IsSetBack(now, "", 77));
                    case Effect.Barrier() -> report.accept(new Event.BarrierDone(now));
                    case Effect.JoinAsTarget join ->
                            report.accept(new Event.TargetReady(now, join.joinId()));
                    case Effect.JoinAsSource join ->
                            report.accept(new Event.CaughtUp(now, join.joinId()));
                    case Effect.Serve _,
                            Effect.UseGeneration _,
                            Effect.CloseGate(),
                            Effect.Demote(),
                            Effect.DropJoiner(),
                            Effect.Follow _ -> {}
                }
            }

            @Override
            public void leaseUntil(long untilNs) {}

            @Override
            public Numbers numbers() {
                return Numbers.NONE;
            }

            @Override
            public void close() {}
        }

        private final class Around implements Surroundings {
            @SuppressWarnings("UnusedVariable") // the maker's shape
            Around(Consumer<Event> report) {}

            @Override
            public void tellPeer() {
                if (heart != null) heart.beatNow();
            }

            @Override
            public void armGuard(Fenced fenced) {}

            @Override
            public void vipUntil(long untilNs) {}

            @Override
            public void raiseVip(Consumer<String> failed) {
                deeds.add("RaiseVip");
            }

            @Override
            public void dropVip() {
                deeds.add("DropVip");
            }

            @Override
            public void probe(boolean vip, long timeoutNs, Consumer<Evidence> answer) {
                CompletableFuture.delayedExecutor(timeoutNs, TimeUnit.NANOSECONDS)
                        .execute(() -> answer.accept(new Evidence(System.nanoTime(), false)));
            }

            @Override
            public void fence(long timeoutNs, BiConsumer<Boolean, String> answer) {
                deeds.add("Fence");
                Runnable other = switchesOff;
                if (other != null) other.run();
                answer.accept(other != null, "as the test says");
            }

            @Override
            public void runHook(
                    Hook hook,
                    boolean force,
                    long timeoutNs,
                    State from,
                    State to,
                    List<String> services,
                    Consumer<HookResult> answer) {
                deeds.add(hook.script());
                boolean fails = hook == Hook.START_PRIM && startFails;
                answer.accept(fails ? HookResult.FAILED : HookResult.OK);
            }

            @Override
            public void killApplication(long withinNs, Runnable done) {
                deeds.add("Kill");
                done.run();
            }

            @Override
            public void startCheckers(Phase phase) {}

            @Override
            public void stopCheckers() {}

            @Override
            public void close() {}
        }
    }
}
