package dev.understudy.safe.lint;

import dev.understudy.safe.UserConfig;

/// Finds failover rules that can't be understood.
final class RuleExpression implements ConfigRule {
    @Override
    public String id() {
        return "C036";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (UserConfig.Rule rule : view.config().rules()) {
            String problem = Expression.problem(rule.condition());
            if (!problem.isEmpty()) {
                sink.add(
                        view.at("rules", rule.id(), "if"),
                        problem,
                        "write for instance: script.query == down && remote.script.query == up");
            }
        }
    }
}
