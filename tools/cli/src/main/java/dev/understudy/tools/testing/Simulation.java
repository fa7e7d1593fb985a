package dev.understudy.tools.testing;

import dev.understudy.core.failover.Command;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Failover;
import dev.understudy.core.failover.Isolation;
import dev.understudy.core.failover.Settings;
import dev.understudy.core.failover.State;
import dev.understudy.core.failover.Timing;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.rules.RestartLimit;
import dev.understudy.safe.Checker;
import dev.understudy.safe.Platform;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.Service;
import dev.understudy.safe.UserConfig;
import dev.understudy.script.ScriptBench;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/// Two nodes with the shipping state machine and a module's hooks, under virtual time and faults.
public final class Simulation implements AutoCloseable {
    private static final long MS = 1_000_000L;
    private static final long TICK = 20 * MS;
    private static final long PATIENCE_MS = 600_000;
    private static final long CALM_MS = 15_000;

    private record Due(long atNs, long order, Runnable action) {}

    /// A moment of the timeline.
    ///
    /// @param ms since the fault
    /// @param node name; empty = the fault itself
    public record Moment(long ms, String node, String text) {}

    /// What came of one fault.
    ///
    /// @param fault what was done
    /// @param outageMs how long nobody was served; -1 = until the end
    /// @param bothServed two nodes served at one moment
    /// @param timeline what happened, from the fault on
    public record Outcome(String fault, long outageMs, boolean bothServed, List<Moment> timeline) {
        public Outcome {
            timeline = List.copyOf(timeline);
        }
    }

    /// Faults by name.
    public static final List<String> FAULTS =
            List.of(
                    "power-off",
                    "power-off-second",
                    "application-dies",
                    "stop",
                    "swap",
                    "network-cut");

    /// Begins the name of the fault in which a resource goes down on the primary.
    private static final String DOWN = "down:";

    private final SafeModule module;
    private final Platform platform;
    private final ScriptBench bench = new ScriptBench();
    private final Set<String> covered = new TreeSet<>();
    private final AuthorTests author;
    private final PriorityQueue<Due> due =
            new PriorityQueue<>(Comparator.comparingLong(Due::atNs).thenComparingLong(Due::order));
    private final List<Moment> timeline = new ArrayList<>();
    private final List<SimNode> nodes = new ArrayList<>();
    private SplittableRandom random = new SplittableRandom(0);
    private boolean isLinked = true;
    private long nowNs;
    private long order;
    private long faultNs;

    /// Prepares the simulation of a module.
    public Simulation(SafeModule module, Platform platform) {
        this.module = module;
        this.platform = platform;
        this.author = new AuthorTests(module, platform, bench, covered);
    }

    /// Names the faults of this module: those of every module, and for each resource that its rules
    /// are about one in which it goes down on the primary for good.
    public List<String> faults() {
        List<String> all = new ArrayList<>(FAULTS);
        UserConfig config = Setting.of(module, author.parameters(), platform).config();
        SimRules.of(config).watched().forEach(one -> all.add(DOWN + one.name()));
        return List.copyOf(all);
    }

    /// Runs a pair into one fault.
    ///
    /// @param seed decides the moment of the fault
    public Outcome run(String fault, long seed) {
        random = new SplittableRandom(seed);
        nowNs = 1_000 * MS;
        due.clear();
        nodes.clear();
        isLinked = true;
        nodes.add(make("server1", "server2"));
        nodes.add(make("server2", "server1"));
        nodes.forEach(SimNode::boot);
        go(500);
        nodes.get(0).command(Command.PRIM);
        nodes.get(1).command(Command.START);
        long limit = nowNs + PATIENCE_MS * MS;
        while (nowNs < limit && !(isPair() && serving() == 1)) {
            go(100);
        }
        if (!isPair()) {
            return new Outcome(fault, -1, false, timeline);
        }
        go(1_000 + random.nextInt(2_000));
        timeline.clear();
        faultNs = nowNs;
        note("", fault);
        inflict(fault);
        return watch(fault);
    }

    private boolean isPair() {
        return nodes.get(0).state() == State.PRIM && nodes.get(1).state() == State.SECOND;
    }

    private SimNode make(String name, String peer) {
        Machine machine = new Machine(Setting.of(module, author.parameters(), platform));
        author.prepare(machine);
        Hooks hooks = new Hooks(bench, machine, covered);
        return new SimNode(
                name, this, settings(name, peer, machine.setting.config()), machine, hooks);
    }

    private static Settings settings(String name, String peer, UserConfig config) {
        Timing base = Timing.DEFAULT;
        long grace = config.heartbeats().timeout().toNanos();
        Timing timing =
                new Timing(
                        config.heartbeats().interval().toNanos(),
                        config.heartbeats().lease().toNanos(),
                        grace,
                        grace * 3 / 2,
                        Math.max(base.marginNs(), grace * 3 / 2 / 7),
                        base.probeNs(),
                        config.timeouts().start().toNanos(),
                        config.timeouts().stop().toNanos(),
                        config.timeouts().forceStop().toNanos(),
                        base.killNs(),
                        base.barrierNs());
        UserConfig.RestartLimit limit = config.module().restartLimit();
        return new Settings(
                new NodeId(name),
                new NodeId(peer),
                "simulated",
                Isolation.valueOf(config.isolation().policy().name()),
                !config.isolation().witnesses().isEmpty(),
                !config.virtualIps().isEmpty(),
                config.module().failover(),
                name.equals("server1"),
                new RestartLimit(limit.count(), limit.within().toNanos()),
                timing,
                SimRules.of(config));
    }

    private void inflict(String fault) {
        SimNode prim = nodes.get(0);
        switch (fault) {
            case "power-off" -> prim.powerOff();
            case "power-off-second" -> nodes.get(1).powerOff();
            case "application-dies" ->
                    prim.killApplication(noticedMs(prim.machine.setting.config(), random));
            case "stop" -> prim.command(Command.STOP);
            case "swap" -> prim.command(Command.SWAP);
            case "network-cut" -> isLinked = false;
            default -> {
                if (!faults().contains(fault)) {
                    throw new IllegalArgumentException("no fault '" + fault + "'");
                }
                prim.fail(fault.substring(DOWN.length()));
            }
        }
    }

    // When the fastest watch or checker looks again.
    static long noticedMs(UserConfig config, SplittableRandom random) {
        long least = 10_000;
        for (Service s : config.services()) {
            least = Math.min(least, s.watch().map(w -> w.interval().toMillis()).orElse(least));
        }
        for (Checker c : config.checkers()) {
            long slow = c.interval().plus(c.timeout()).multipliedBy(c.failures()).toMillis();
            least = Math.min(least, slow);
        }
        return 1 + random.nextLong(least);
    }

    private Outcome watch(String fault) {
        long limit = nowNs + PATIENCE_MS * MS;
        long outage = 0;
        boolean both = false;
        long calm = 0;
        long enough = CALM_MS + (fault.startsWith(DOWN) ? longestWaitMs() : 0);
        while (nowNs < limit && calm < enough) {
            go(20);
            int serving = serving();
            both |= serving > 1;
            outage += serving == 0 ? 20 : 0;
            calm = serving == 1 ? calm + 20 : 0;
        }
        return new Outcome(fault, calm == 0 ? -1 : outage, both, timeline);
    }

    /// How long a resource may be down before a rule does something.
    private long longestWaitMs() {
        UserConfig config = nodes.get(0).machine.setting.config();
        long rule = 0;
        for (UserConfig.Rule one : config.rules()) {
            rule = Math.max(rule, one.stable().toMillis());
        }
        long checker = 0;
        for (Checker c : config.allCheckers()) {
            checker = Math.max(checker, c.interval().multipliedBy(c.failures()).toMillis());
        }
        return rule + Math.max(checker, 10_000);
    }

    long random(long bound) {
        return random.nextLong(bound);
    }

    private int serving() {
        return (int) nodes.stream().filter(SimNode::serves).count();
    }

    private void go(long ms) {
        for (long end = nowNs + ms * MS; nowNs < end; ) {
            long next = nowNs + TICK;
            while (!due.isEmpty() && due.peek().atNs() <= next) {
                Due one = due.poll();
                nowNs = Math.max(nowNs, one.atNs());
                one.action().run();
            }
            nowNs = next;
            for (SimNode node : nodes) {
                node.give(new Event.Tick(nowNs));
                if (node.isUp && nowNs / TICK % 10 == 0) {
                    beat(node);
                }
            }
        }
    }

    long nowNs() {
        return nowNs;
    }

    void after(long ns, Runnable action) {
        due.add(new Due(nowNs + ns, order++, action));
    }

    void note(String node, String text) {
        timeline.add(new Moment((nowNs - faultNs) / MS, node, text));
    }

    private SimNode other(SimNode node) {
        return nodes.get(nodes.get(0) == node ? 1 : 0);
    }

    void beat(SimNode from) {
        if (isLinked && from.isUp && nodes.size() == 2) {
            var beat = Failover.beat(from.node(), nowNs);
            SimNode to = other(from);
            after(MS, () -> to.give(new Event.Heard(nowNs, beat)));
        }
    }

    boolean witnessAnswers(SimNode node) {
        return node.isUp;
    }

    boolean vipAnswers(SimNode node) {
        SimNode other = other(node);
        return other.isUp && other.hasVip && other.node().lease().vipUntilNs() > nowNs;
    }

    @Override
    public void close() {
        bench.close();
    }
}
