package dev.understudy.safe.lint;

import dev.understudy.safe.Action;
import dev.understudy.safe.Condition;
import dev.understudy.safe.UserConfig;
import dev.understudy.safe.When;
import dev.understudy.safe.read.Conditions;
import java.util.List;

/// Finds failover rules that wait for what nobody looks at while the module waits.
final class WaitRule implements ConfigRule {
    @Override
    public String id() {
        return "C059";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        List<String> pre =
                view.config().resources().stream()
                        .filter(one -> one.when() == When.PRE)
                        .map(UserConfig.Resource::name)
                        .toList();
        for (UserConfig.Rule rule : view.config().rules()) {
            if (rule.action() == Action.WAIT
                    && Conditions.read(rule.condition())
                            instanceof Conditions.Understood(Condition condition)) {
                condition
                        .comparisons()
                        .filter(is -> !is.isRemote())
                        .filter(is -> !pre.containsAll(view.config().named(is)))
                        .forEach(is ->
                                sink.add(
                                        view.at("rules", rule.id(), "if"),
                                        "character %d: nobody looks at '%s' while the module waits"
                                                .formatted(is.at(), is.resource()),
                                        "wait for checkers with when: pre, or use swap,"
                                                + " stopstart or restart"));
            }
        }
    }
}
