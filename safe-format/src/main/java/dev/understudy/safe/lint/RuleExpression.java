package dev.understudy.safe.lint;

import dev.understudy.safe.UserConfig;
import dev.understudy.safe.read.Conditions;
import java.util.Set;
import java.util.TreeSet;

/// Finds failover rules that can't be understood, and those that name too much.
final class RuleExpression implements ConfigRule {
    @Override
    public String id() {
        return "C036";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        Set<String> named = new TreeSet<>();
        for (UserConfig.Rule rule : view.config().rules()) {
            switch (Conditions.read(rule.condition())) {
                case Conditions.Misread(int at, String problem) ->
                        sink.add(
                                view.at("rules", rule.id(), "if"),
                                "character %d: %s".formatted(at, problem),
                                "write for instance: script.query == down && remote.script.query"
                                        + " == up");
                case Conditions.Understood(var condition) -> {
                    boolean fits = named.size() <= UserConfig.Rule.NAMED_MAX;
                    condition.comparisons().forEach(is -> named.addAll(view.config().named(is)));
                    if (fits && named.size() > UserConfig.Rule.NAMED_MAX) {
                        sink.add(
                                view.at("rules", rule.id(), "if"),
                                "rules name more than %d resources"
                                        .formatted(UserConfig.Rule.NAMED_MAX),
                                "so many fit a heartbeat; let a script look at several things");
                    }
                }
            }
        }
    }
}
