package dev.understudy.safe.lint;

import dev.understudy.safe.Checker;
import dev.understudy.safe.Durations;
import dev.understudy.safe.When;
import java.time.Duration;

/// Finds checkers that notice a failure later than it should be over.
final class SlowChecker implements ConfigRule {
    @Override
    public String id() {
        return "L002";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        if (view.module().manifest().recoveryTime().isEmpty()) {
            return;
        }
        Duration wanted = view.module().manifest().recoveryTime().get();
        for (Checker c : view.config().checkers()) {
            Duration notices = c.interval().plus(c.timeout()).multipliedBy(c.failures());
            if (c.when() != When.PRE && notices.compareTo(wanted) > 0) {
                sink.add(
                        view.at("checkers", c.id()),
                        "a failure may be noticed after %s, recovered it should be after %s"
                                .formatted(Durations.format(notices), Durations.format(wanted)),
                        "test more often, or with fewer failures:");
            }
        }
    }
}
