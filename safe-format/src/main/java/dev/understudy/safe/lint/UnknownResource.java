package dev.understudy.safe.lint;

import dev.understudy.safe.Condition;
import dev.understudy.safe.UserConfig;
import dev.understudy.safe.read.Conditions;
import dev.understudy.safe.read.Nearest;
import java.util.List;

/// Finds failover rules about resources that nobody sets.
final class UnknownResource implements ConfigRule {
    @Override
    public String id() {
        return "C039";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        List<String> known =
                view.config().resources().stream().map(UserConfig.Resource::name).toList();
        for (UserConfig.Rule rule : view.config().rules()) {
            if (Conditions.read(rule.condition())
                    instanceof Conditions.Understood(Condition condition)) {
                condition
                        .comparisons()
                        .filter(is -> view.config().named(is).isEmpty())
                        .forEach(is -> add(view, sink, rule, is, known));
            }
        }
    }

    private static void add(
            ConfigView view, Sink sink, UserConfig.Rule rule, Condition.Is is, List<String> known) {
        String near = Nearest.of(is.resource(), known);
        sink.add(
                view.at("rules", rule.id(), "if"),
                "character %d: nobody sets the resource '%s'".formatted(is.at(), is.resource()),
                near.isEmpty()
                        ? "resources are <type of the checker>.<its id>, process.<id>,"
                                + " service.<id> of one with watch, and custom.<id> that scripts set"
                        : "did you mean '" + near + "'?");
    }
}
