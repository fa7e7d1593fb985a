package dev.understudy.node.failover;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Rule;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// How often the rules of a module fired; written by its loop, read by anybody.
final class Counts {
    private final Map<Rule, AtomicLong> rules = new EnumMap<>(Rule.class);
    private final AtomicLong transitions = new AtomicLong();

    /// Nothing fired yet; the map is complete, so that it is only read from now on.
    Counts() {
        for (Rule rule : Rule.values()) rules.put(rule, new AtomicLong());
    }

    void count(Effect.Journal line) {
        counter(line.rule()).incrementAndGet();
        if (line.from() != line.to()) transitions.incrementAndGet();
    }

    private AtomicLong counter(Rule rule) {
        return Objects.requireNonNull(rules.get(rule));
    }

    long transitions() {
        return transitions.get();
    }

    /// Restarts of the application, whoever asked for them.
    long restarts() {
        return of(Rule.RESOURCE_RESTARTS) + of(Rule.RETRIES) + of(Rule.RESTART);
    }

    private long of(Rule rule) {
        return counter(rule).get();
    }

    /// Rules that fired, by name.
    Map<String, Long> rules() {
        Map<String, Long> fired = new TreeMap<>();
        for (Rule rule : Rule.values()) {
            if (of(rule) > 0) fired.put(rule.name(), of(rule));
        }
        return fired;
    }
}
