package dev.understudy.core.failover;

import dev.understudy.core.rules.Condition;
import dev.understudy.core.rules.Value;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// The failover rules that tests and scenarios name.
final class TestRules {
    private static final List<FailoverRules.Watched> WATCHED =
            List.of(
                    new FailoverRules.Watched("custom.licence", Set.of()),
                    new FailoverRules.Watched("ping.lan", EnumSet.allOf(Phase.class)),
                    new FailoverRules.Watched("script.disk", EnumSet.of(Phase.PRIM, Phase.SECOND)),
                    new FailoverRules.Watched("script.query", EnumSet.of(Phase.PRIM)));

    private TestRules() {}

    /// Each with two seconds of stability.
    static FailoverRules of(String... names) {
        List<FailoverRules.Entry> rules = new ArrayList<>();
        for (String name : names) {
            rules.add(
                    switch (name) {
                        case "worse" ->
                                rule(
                                        name,
                                        "script.disk == down && remote.script.disk == up",
                                        new Condition.All(
                                                List.of(
                                                        is(false, "script.disk", Value.DOWN),
                                                        is(true, "script.disk", Value.UP))),
                                        Action.SWAP);
                        case "blind" ->
                                rule(
                                        name,
                                        "script.query == down",
                                        is(false, "script.query", Value.DOWN),
                                        Action.SWAP);
                        case "licence" ->
                                rule(
                                        name,
                                        "custom.licence == down",
                                        is(false, "custom.licence", Value.DOWN),
                                        Action.RESTART);
                        case "lan" ->
                                rule(
                                        name,
                                        "ping.lan == down && remote.ping.lan != down",
                                        new Condition.All(
                                                List.of(
                                                        is(false, "ping.lan", Value.DOWN),
                                                        new Condition.Not(
                                                                is(true, "ping.lan", Value.DOWN)))),
                                        Action.WAIT);
                        case "shown" ->
                                rule(
                                        name,
                                        "script.query == unknown || script.disk == down",
                                        new Condition.Any(
                                                List.of(
                                                        is(false, "script.query", Value.UNKNOWN),
                                                        is(false, "script.disk", Value.DOWN))),
                                        Action.NONE);
                        default -> throw new IllegalArgumentException(name);
                    });
        }
        return new FailoverRules(rules, WATCHED);
    }

    private static FailoverRules.Entry rule(
            String id, String text, Condition condition, Action action) {
        return new FailoverRules.Entry(id, text, condition, 2_000 * Duo.MS, action);
    }

    private static Condition is(boolean isRemote, String resource, Value value) {
        return new Condition.Is(isRemote, List.of(resource), value);
    }
}
