package dev.understudy.node.check;

import dev.understudy.safe.Action;
import dev.understudy.safe.Checker;
import dev.understudy.safe.ProcessWatch;
import dev.understudy.safe.Service;
import dev.understudy.safe.UserConfig;
import dev.understudy.safe.When;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/// The checkers, process watches and service watches of one module, each on a virtual thread of its
/// own.
public final class ModuleCheckers implements Checkers {
    /// Tests that may run at one moment; the others wait. A hanging one holds one place until its
    /// timeout.
    private static final int AT_ONCE = 16;

    /// A script that makes up names must not fill the memory.
    private static final int SAID_MAX = 100;

    private final Map<String, Watch> watches = new LinkedHashMap<>();
    private final Map<String, Action> actions = new LinkedHashMap<>();
    private final Set<Phase> phases = EnumSet.noneOf(Phase.class);
    private final Set<String> off = new TreeSet<>();
    private final Map<String, ResourceState> said = new TreeMap<>();
    private final Listener listener;
    private final LongSupplier nowNs;

    /// Makes them; none runs before its phase is started.
    public ModuleCheckers(
            UserConfig config, CheckSources sources, Listener listener, LongSupplier nowNs) {
        this.listener = listener;
        this.nowNs = nowNs;
        Semaphore places = new Semaphore(AT_ONCE);
        List<Watch.Plan> plans = new ArrayList<>();
        for (Checker checker : config.allCheckers()) {
            plans.add(
                    new Watch.Plan(
                            checker.resource(),
                            phase(checker.when()),
                            checker.interval(),
                            checker.failures(),
                            Probes.of(checker, sources)));
            actions.put(checker.resource(), checker.action());
        }
        for (ProcessWatch process : config.processes()) {
            String id = "process." + process.id();
            plans.add(
                    new Watch.Plan(
                            id, phase(process.when()), process.interval(), 1, Probes.of(process)));
            actions.put(id, process.action());
        }
        for (Service service : config.services()) {
            service.watch().ifPresent(watch -> plans.add(plan(service, watch, sources)));
        }
        for (Watch.Plan plan : plans) {
            watches.put(plan.id(), new Watch(plan, places, listener, nowNs));
        }
    }

    private Watch.Plan plan(Service service, Service.Watch watch, CheckSources sources) {
        String id = "service." + service.id();
        actions.put(id, watch.action());
        Probe probe = () -> sources.service(service.id());
        return new Watch.Plan(id, phase(service.when()), watch.interval(), 1, probe);
    }

    private static Phase phase(When when) {
        return Phase.of(when.name());
    }

    @Override
    public synchronized void start(Phase phase) {
        phases.add(phase);
        watches.forEach((id, watch) -> {
            if (watch.phase() == phase && !off.contains(id)) watch.start();
        });
    }

    @Override
    public synchronized void stop(Phase phase) {
        phases.remove(phase);
        if (phase == Phase.PRE) said.clear();
        watches.values().stream().filter(w -> w.phase() == phase).forEach(Watch::stop);
    }

    @Override
    public synchronized List<String> enable(String id, boolean isOn) {
        List<String> ids =
                watches.keySet().stream().filter(one -> id.isEmpty() || one.equals(id)).toList();
        for (String one : ids) {
            Watch watch = Objects.requireNonNull(watches.get(one));
            if (isOn) {
                off.remove(one);
                if (phases.contains(watch.phase())) watch.start();
            } else {
                off.add(one);
                watch.stop();
            }
        }
        return ids;
    }

    @Override
    public synchronized List<String> off() {
        return List.copyOf(off);
    }

    @Override
    public synchronized void say(String id, boolean isUp, String detail) {
        Health health = isUp ? Health.UP : Health.DOWN;
        ResourceState before = said.get(id);
        if (before != null && before.health() == health) return;
        if (before == null && said.size() >= SAID_MAX) {
            throw new IllegalStateException("more than " + SAID_MAX + " resources are set");
        }
        ResourceState now = new ResourceState(id, health, nowNs.getAsLong(), isUp ? "" : detail);
        said.put(id, now);
        listener.changed(now);
    }

    @Override
    public synchronized List<ResourceState> states() {
        return Stream.concat(watches.values().stream().map(Watch::state), said.values().stream())
                .toList();
    }

    @Override
    public String action(String id) {
        return actions.getOrDefault(id, Action.NONE).name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() {
        watches.values().forEach(Watch::stop);
    }
}
