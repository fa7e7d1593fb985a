package dev.understudy.node.failover;

import dev.understudy.core.failover.Action;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Fenced;
import dev.understudy.core.failover.Hook;
import dev.understudy.core.failover.HookResult;
import dev.understudy.core.failover.MessageCodec;
import dev.understudy.core.failover.Phase;
import dev.understudy.core.failover.State;
import dev.understudy.core.member.HaException;
import dev.understudy.guard.fence.FencePlan;
import dev.understudy.node.check.Checkers;
import dev.understudy.node.check.ResourceState;
import dev.understudy.node.guard.GuardClient;
import dev.understudy.node.heart.Heart;
import dev.understudy.node.journal.Entry;
import dev.understudy.node.journal.Journal;
import dev.understudy.node.script.Application;
import dev.understudy.node.script.HookContext;
import dev.understudy.node.store.Ticker;
import dev.understudy.node.vip.PingWitness;
import dev.understudy.node.vip.VipFence;
import dev.understudy.node.vip.VipProbe;
import dev.understudy.node.vip.VipSpec;
import dev.understudy.node.vip.VirtualIp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries out on this host what the core wants beside the data path: virtual addresses, hooks,
/// checkers, evidence, the guard's plan.
///
/// Addresses and probes have a thread each, so that neither waits for the other or for a script.
final class HostSurroundings implements Surroundings {
    private static final Logger LOG = LoggerFactory.getLogger(HostSurroundings.class);

    /// Any port will do for a probe, since a refusal is an answer too; this one is always closed or
    /// ours (RFC 863 discard).
    private static final int PROBE_PORT = 9;

    private final Parts parts;
    private final Consumer<Event> report;
    private final ExecutorService addresses;
    private final ExecutorService probes;
    private volatile long vipUntilNs;
    private boolean wantsVip;

    /// What the surroundings are made of.
    ///
    /// @param descriptors those of the FUSE connections, for the guard to hold; asked at each
    ///   arming
    /// @param mounts mount points of the replicated directories
    /// @param mark names the module's processes in their environment
    record Parts(
            String module,
            Ticker ticker,
            Journal journal,
            Heart heart,
            GuardClient guard,
            VirtualIp vip,
            List<VipSpec> vipSpecs,
            List<PingWitness> witnesses,
            FencingCommands fencing,
            Application application,
            Checkers checkers,
            Supplier<List<Integer>> descriptors,
            List<Path> mounts,
            String mark) {}

    HostSurroundings(Parts parts, Consumer<Event> report) {
        this.parts = parts;
        this.report = report;
        this.addresses = thread("vip-" + parts.module());
        this.probes = thread("probe-" + parts.module());
    }

    private static ExecutorService thread(String name) {
        // Platform threads: netlink and packet sockets are foreign calls that would pin a carrier.
        return Executors.newSingleThreadExecutor(Thread.ofPlatform().name(name).daemon().factory());
    }

    @Override
    public void tellPeer() {
        parts.heart().beatNow();
    }

    @Override
    public void armGuard(Fenced fenced) {
        addresses.execute(() -> arm(fenced));
    }

    private void arm(Fenced fenced) {
        VipFence fence = parts.vip().fence(parts.module());
        List<FencePlan.Address> held = new ArrayList<>();
        for (VipFence.OnInterface one : fence.addresses()) {
            held.add(new FencePlan.Address(one.index(), one.address(), one.prefix()));
        }
        List<FencePlan.Datagram> datagrams = new ArrayList<>();
        for (Heart.Sealed sealed :
                parts.heart().sealFenced(parts.module(), MessageCodec.encode(fenced))) {
            datagrams.add(new FencePlan.Datagram(sealed.to(), sealed.datagram()));
        }
        List<String> groups = parts.application().cgroup().map(Path::toString).stream().toList();
        parts.guard()
                .arm(
                        new FencePlan(
                                parts.module(),
                                List.of(fence.table()),
                                held,
                                parts.mounts().stream().map(Path::toString).toList(),
                                List.of(),
                                groups,
                                parts.mark(),
                                datagrams),
                        parts.descriptors().get());
    }

    @Override
    public void vipUntil(long untilNs) {
        vipUntilNs = untilNs;
        execute(addresses, this::renew);
    }

    /// On the addresses' thread.
    private void renew() {
        if (!wantsVip) return;
        long leaseMs = leaseMs();
        if (leaseMs <= 0) return;
        try {
            if (parts.vip().renew(leaseMs) == VirtualIp.Renewal.LAPSED) {
                // The lease is good and the kernel's copy of it ran out: this process was held up.
                parts.journal()
                        .append(
                                Entry.event(
                                        parts.module(),
                                        "VIP_LAPSED",
                                        "the virtual address had lapsed; it is raised again"));
                parts.vip().raise(leaseMs);
            }
        } catch (HaException e) {
            failed(e);
        }
    }

    private long leaseMs() {
        return (vipUntilNs - parts.ticker().nowNs()) / 1_000_000;
    }

    private void failed(HaException e) {
        LOG.warn("virtual address of {}: {}", parts.module(), e.getMessage(), e);
        report.accept(new Event.VipFailed(parts.ticker().nowNs(), String.valueOf(e.getMessage())));
    }

    @Override
    public void raiseVip(Consumer<String> failed) {
        execute(
                addresses,
                () -> {
                    wantsVip = true;
                    try {
                        long leaseMs = leaseMs();
                        if (leaseMs > 0) parts.vip().raise(leaseMs);
                    } catch (HaException e) {
                        failed.accept(String.valueOf(e.getMessage()));
                        return;
                    }
                    if (!parts.vipSpecs().isEmpty()) {
                        parts.journal()
                                .append(
                                        Entry.event(
                                                parts.module(),
                                                "VIP_RAISED",
                                                "the virtual addresses are up: "
                                                        + parts.vipSpecs()));
                    }
                });
    }

    @Override
    public void dropVip() {
        execute(
                addresses,
                () -> {
                    wantsVip = false;
                    try {
                        parts.vip().drop();
                    } catch (HaException e) {
                        // The kernel's lease ends what could not be removed.
                        LOG.warn("virtual address of {}: {}", parts.module(), e.getMessage(), e);
                    }
                });
    }

    @Override
    public void probe(boolean vip, long timeoutNs, Consumer<Evidence> answer) {
        execute(
                probes,
                () -> {
                    boolean alive = true;
                    if (vip) {
                        alive = !VipProbe.probe(parts.vipSpecs(), PROBE_PORT, timeoutNs).isSilent();
                    }
                    answer.accept(new Evidence(witnessNs(), alive));
                });
    }

    private long witnessNs() {
        long newest = 0;
        for (PingWitness witness : parts.witnesses()) {
            if (witness.hasAnswered()) newest = Math.max(newest, witness.lastAnswerNs());
        }
        return newest;
    }

    @Override
    public void fence(long timeoutNs, BiConsumer<Boolean, String> answer) {
        parts.fencing().run(timeoutNs, answer);
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
        var room = dev.understudy.node.script.Hook.valueOf(hook.name());
        String action = room.isStop() ? "stop" : "start";
        HookContext graceful =
                services.isEmpty()
                        ? HookContext.of(from.name(), to.name(), action)
                        : new HookContext(from.name(), to.name(), "restart", false, services);
        var running =
                parts.application()
                        .run(
                                room,
                                force ? graceful.forced() : graceful,
                                Duration.ofNanos(timeoutNs))
                        .whenComplete((result, thrown) ->
                                answer.accept(
                                        thrown == null ? ended(hook, result) : HookResult.FAILED));
        if (running.isCancelled()) LOG.debug("hook {} was cancelled at once", hook);
    }

    private HookResult ended(Hook hook, dev.understudy.node.script.HookResult result) {
        boolean isNews =
                !(result instanceof dev.understudy.node.script.HookResult.Ok(var what, _)
                        && what.equals("nothing"));
        if (isNews) {
            parts.journal()
                    .append(
                            new Entry.Draft(
                                            parts.module(),
                                            result.isOk() ? Entry.Kind.EVENT : Entry.Kind.ALARM,
                                            0,
                                            "HOOK_ENDED",
                                            hook.script() + ": " + result.text(),
                                            java.util.Map.of())
                                    .with("hook", hook.script())
                                    .with("elapsedMs", result.elapsedNs() / 1_000_000));
        }
        return switch (result) {
            case dev.understudy.node.script.HookResult.Ok _ -> HookResult.OK;
            case dev.understudy.node.script.HookResult.Failed _ -> HookResult.FAILED;
            case dev.understudy.node.script.HookResult.TimedOut _ -> HookResult.TIMEOUT;
            case dev.understudy.node.script.HookResult.Interrupted _ -> HookResult.INTERRUPTED;
        };
    }

    @Override
    public void killApplication(long withinNs, Runnable done) {
        Thread.ofPlatform()
                .name("kill-" + parts.module())
                .daemon()
                .start(() -> {
                    var killed = parts.application().kill(Duration.ofNanos(withinNs));
                    if (!killed.isClean()) {
                        parts.journal()
                                .append(
                                        Entry.alarm(
                                                parts.module(),
                                                "PROCESSES_REMAIN",
                                                "processes that the kernel does not let go: "
                                                        + killed.remaining()));
                    }
                    done.run();
                });
    }

    @Override
    public void startCheckers(Phase phase) {
        switchTo(checksOf(phase));
    }

    @Override
    public void stopCheckers() {
        switchTo(Set.of());
    }

    /// What a checker's `when` has to be for it to run; what is needed before a start is looked at
    /// all the time, or nobody would notice that it is there again.
    static Set<dev.understudy.node.check.Phase> checksOf(Phase phase) {
        return switch (phase) {
            case PRE -> Set.of(dev.understudy.node.check.Phase.PRE);
            case PRIM ->
                    Set.of(
                            dev.understudy.node.check.Phase.PRE,
                            dev.understudy.node.check.Phase.BOTH,
                            dev.understudy.node.check.Phase.PRIM,
                            dev.understudy.node.check.Phase.UP);
            case SECOND ->
                    Set.of(
                            dev.understudy.node.check.Phase.PRE,
                            dev.understudy.node.check.Phase.BOTH,
                            dev.understudy.node.check.Phase.SECOND);
        };
    }

    private void switchTo(Set<dev.understudy.node.check.Phase> active) {
        for (var phase : dev.understudy.node.check.Phase.values()) {
            if (active.contains(phase)) {
                parts.checkers().start(phase);
            } else {
                parts.checkers().stop(phase);
            }
        }
    }

    /// Hears a checker; given to the checkers as their listener.
    ///
    /// @param services those that a restart is limited to; empty for all
    static void changed(
            ResourceState state,
            String action,
            List<String> services,
            Ticker ticker,
            Consumer<Event> report) {
        long now = ticker.nowNs();
        switch (state.health()) {
            case UP -> report.accept(new Event.ResourceUp(now, state.id()));
            case DOWN ->
                    report.accept(
                            new Event.ResourceDown(
                                    now,
                                    state.id(),
                                    Action.valueOf(action.toUpperCase(Locale.ROOT)),
                                    services));
            case INIT -> {} // the core knows which phase each resource belongs to
        }
    }

    private void execute(ExecutorService thread, Runnable task) {
        try {
            thread.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    LOG.error("module {}: {}", parts.module(), e.getMessage(), e);
                }
            });
        } catch (RejectedExecutionException closing) {
            LOG.debug("module {} is closing", parts.module());
        }
    }

    /// Lets everything go; the application's processes stay unless they were stopped.
    @Override
    public void close() {
        stopCheckers();
        parts.checkers().close();
        addresses.shutdown();
        probes.shutdownNow();
        parts.fencing().close();
        parts.guard().disarm(parts.module());
        parts.vip().close();
        for (PingWitness witness : parts.witnesses()) witness.close();
        parts.application().close();
    }
}
