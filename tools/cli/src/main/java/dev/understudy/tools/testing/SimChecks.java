package dev.understudy.tools.testing;

import dev.understudy.core.failover.Action;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Phase;
import dev.understudy.safe.Checker;
import dev.understudy.safe.ProcessWatch;
import dev.understudy.safe.Service;
import dev.understudy.safe.UserConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The checkers of one simulated node: all is up but what a fault has broken there for good, and
/// what the module's scripts say of `custom` resources.
final class SimChecks {
    private static final long FIRST_LOOK_MS = 20;

    /// How long a checker takes.
    private record Pace(Duration interval, int failures) {}

    private final UserConfig config;
    private final Simulation sim;
    private final BiConsumer<Long, Function<Long, Event>> report;
    private final Set<String> broken = new TreeSet<>();
    private final Map<String, String> said = new TreeMap<>();
    private final Map<String, Pace> paces = new TreeMap<>();
    private @Nullable Phase phase;
    private int round;

    /// @param report gives an event to the node after so many milliseconds, if it lives then
    SimChecks(UserConfig config, Simulation sim, BiConsumer<Long, Function<Long, Event>> report) {
        this.config = config;
        this.sim = sim;
        this.report = report;
        for (Checker c : config.allCheckers()) {
            paces.put(c.resource(), new Pace(c.interval(), c.failures()));
        }
        for (ProcessWatch p : config.processes()) {
            paces.put("process." + p.id(), new Pace(p.interval(), 1));
        }
        for (Service s : config.services()) {
            s.watch().ifPresent(w -> paces.put("service." + s.id(), new Pace(w.interval(), 1)));
        }
    }

    /// The checkers of a phase begin to look.
    ///
    /// @param begun null = all stop
    void phase(@Nullable Phase begun) {
        phase = begun;
        round++;
        if (begun != null) {
            config.resources().stream().filter(this::isLookedAt).forEach(this::look);
        }
    }

    private boolean isLookedAt(UserConfig.Resource resource) {
        return phase != null && SimRules.phases(resource.when()).contains(phase);
    }

    private void look(UserConfig.Resource resource) {
        if (broken.contains(resource.name())) {
            later(noticedMs(resource.name()), now -> down(now, resource));
        } else {
            later(FIRST_LOOK_MS, now -> new Event.ResourceUp(now, resource.name()));
        }
    }

    private void later(long ms, Function<Long, Event> event) {
        int own = round;
        report.accept(
                ms,
                now -> own == round ? event.apply(now) : new Event.Tick(now)); // it looks no more
    }

    private static Event down(long now, UserConfig.Resource resource) {
        Action action = Action.valueOf(resource.action().name());
        return new Event.ResourceDown(now, resource.name(), action);
    }

    private long noticedMs(String name) {
        Pace pace = paces.getOrDefault(name, new Pace(Duration.ofMillis(1), 1));
        long interval = Math.max(1, pace.interval().toMillis());
        return 1 + sim.random(interval) + interval * (pace.failures() - 1);
    }

    /// Breaks what a resource looks at, for good.
    void fail(String name) {
        broken.add(name);
        List<UserConfig.Resource> own =
                config.resources().stream().filter(r -> r.name().equals(name)).toList();
        if (own.isEmpty()) {
            say(name, "down");
        }
        own.stream().filter(this::isLookedAt).forEach(this::look);
    }

    /// Takes what scripts say of their own resources.
    void say(Map<String, String> resources) {
        resources.forEach((name, health) -> say(name, broken.contains(name) ? "down" : health));
    }

    private void say(String name, String health) {
        if (!health.equals(said.put(name, health))) {
            report.accept(
                    1L,
                    now ->
                            health.equals("up")
                                    ? new Event.ResourceUp(now, name)
                                    : new Event.ResourceDown(now, name, Action.NONE));
        }
    }

    /// The power goes: what scripts said is forgotten.
    void powerOff() {
        phase = null;
        round++;
        said.clear();
    }
}
