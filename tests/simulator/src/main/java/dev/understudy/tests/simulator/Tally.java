package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Rule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Counts what many seeds did: a rule that never fired or a fault that was never injected proves
/// nothing.
public final class Tally {
    /// The simulator's modules are mirrors.
    private static final Set<Rule> ELSEWHERE = EnumSet.of(Rule.LIGHT_STARTS, Rule.LIGHT_SERVES);

    private final Map<Rule, Long> rules = new EnumMap<>(Rule.class);
    private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);

    /// Steps of the machine.
    public long steps;

    /// Writes that were acknowledged.
    public long acknowledged;

    /// Counts a rule.
    public void fired(Rule rule) {
        rules.merge(rule, 1L, Long::sum);
    }

    /// Counts a fault.
    public void injected(Fault fault) {
        faults.merge(fault, 1L, Long::sum);
    }

    /// How often a rule fired.
    public long count(Rule rule) {
        return rules.getOrDefault(rule, 0L);
    }

    /// How often a fault was injected.
    public long count(Fault fault) {
        return faults.getOrDefault(fault, 0L);
    }

    /// How many faults were injected.
    public long faultCount() {
        return faults.values().stream().mapToLong(Long::longValue).sum();
    }

    /// Adds what another one counted.
    void add(Tally other) {
        other.rules.forEach((rule, count) -> rules.merge(rule, count, Long::sum));
        other.faults.forEach((fault, count) -> faults.merge(fault, count, Long::sum));
        steps += other.steps;
        acknowledged += other.acknowledged;
    }

    /// Rules that never fired and faults that were never injected.
    List<String> untried() {
        List<String> names = new ArrayList<>();
        for (Rule rule : Rule.values()) {
            if (count(rule) == 0 && !ELSEWHERE.contains(rule)) {
                names.add(rule.number() + " " + rule);
            }
        }
        for (Fault fault : Fault.values()) {
            if (count(fault) == 0) {
                names.add(fault.toString());
            }
        }
        return names;
    }

    /// Both tables as text.
    public String tables() {
        StringBuilder text = new StringBuilder("rule x times fired\n");
        for (Rule rule : Rule.values()) {
            text.append(String.format("  %3d %-30s %8d%n", rule.number(), rule, count(rule)));
        }
        text.append("fault x times injected\n");
        for (Fault fault : Fault.values()) {
            text.append(String.format("      %-30s %8d%n", fault, count(fault)));
        }
        return text.toString();
    }
}
