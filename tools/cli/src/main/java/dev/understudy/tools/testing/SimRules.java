package dev.understudy.tools.testing;

import dev.understudy.core.failover.Action;
import dev.understudy.core.failover.FailoverRules;
import dev.understudy.core.failover.Phase;
import dev.understudy.core.rules.Condition;
import dev.understudy.core.rules.Value;
import dev.understudy.safe.UserConfig;
import dev.understudy.safe.When;
import dev.understudy.safe.read.Conditions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/// Puts a module's failover rules into the core's values, as a node does; pure.
final class SimRules {
    private SimRules() {}

    /// Reads the rules of a configuration that passed lint.
    static FailoverRules of(UserConfig config) {
        TreeMap<String, Set<Phase>> phases = new TreeMap<>();
        config.resources().forEach(one -> phases.put(one.name(), phases(one.when())));
        TreeMap<String, FailoverRules.Watched> watched = new TreeMap<>();
        List<FailoverRules.Entry> rules = new ArrayList<>();
        for (UserConfig.Rule rule : config.rules()) {
            dev.understudy.safe.Condition written = written(rule);
            for (String name : named(config, written)) {
                Set<Phase> when = phases.getOrDefault(name, Set.of());
                watched.put(name, new FailoverRules.Watched(name, when));
            }
            rules.add(
                    new FailoverRules.Entry(
                            rule.id(),
                            rule.condition(),
                            condition(written, config),
                            rule.stable().toNanos(),
                            Action.valueOf(rule.action().name())));
        }
        return new FailoverRules(rules, List.copyOf(watched.values()));
    }

    private static List<String> named(UserConfig config, dev.understudy.safe.Condition written) {
        return written.comparisons().flatMap(is -> config.named(is).stream()).toList();
    }

    private static dev.understudy.safe.Condition written(UserConfig.Rule rule) {
        return switch (Conditions.read(rule.condition())) {
            case Conditions.Understood(var condition) -> condition;
            case Conditions.Misread(int at, String problem) ->
                    throw new IllegalArgumentException(
                            "rule " + rule.id() + ", character " + at + ": " + problem);
        };
    }

    /// Tells in which phases of a node something is looked at.
    static Set<Phase> phases(When when) {
        return switch (when) {
            case PRE -> EnumSet.allOf(Phase.class);
            case PRIM, UP -> EnumSet.of(Phase.PRIM);
            case SECOND -> EnumSet.of(Phase.SECOND);
            case BOTH -> EnumSet.of(Phase.PRIM, Phase.SECOND);
        };
    }

    private static Condition condition(dev.understudy.safe.Condition written, UserConfig config) {
        return switch (written) {
            case dev.understudy.safe.Condition.Is is ->
                    new Condition.Is(
                            is.isRemote(), config.named(is), Value.valueOf(is.state().name()));
            case dev.understudy.safe.Condition.Not(var other) ->
                    new Condition.Not(condition(other, config));
            case dev.understudy.safe.Condition.All(var parts) ->
                    new Condition.All(parts.stream().map(p -> condition(p, config)).toList());
            case dev.understudy.safe.Condition.Any(var parts) ->
                    new Condition.Any(parts.stream().map(p -> condition(p, config)).toList());
        };
    }
}
