package dev.understudy.safe.lint;

import dev.understudy.safe.Action;
import dev.understudy.safe.Checker;
import dev.understudy.safe.When;

/// Finds the action wait where waiting can't help.
final class WaitAction implements ConfigRule {
    @Override
    public String id() {
        return "C029";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (Checker checker : view.config().checkers()) {
            boolean pre = checker.when() == When.PRE;
            if (checker.action() == Action.WAIT && !pre) {
                sink.add(
                        view.at("checkers", checker.id(), "action"),
                        "wait is for checkers with when: pre",
                        "use restart, stopstart, swap or stop");
            }
            if (pre && checker.action() == Action.RESTART) {
                sink.add(
                        view.at("checkers", checker.id(), "action"),
                        "restart has no effect before the application runs",
                        "use wait, or when: prim");
            }
        }
    }
}
