package dev.understudy.safe.lint;

import dev.understudy.safe.Checker;
import dev.understudy.safe.Durations;
import dev.understudy.safe.UserConfig;
import java.time.Duration;

/// Finds intervals and deadlines of nothing, and tests slower than their rhythm.
final class CheckerTiming implements ConfigRule {
    private static final Duration LONG = Duration.ofMinutes(10);

    @Override
    public String id() {
        return "C030";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (Checker c : view.config().checkers()) {
            if (c.interval().isZero() || c.timeout().isZero()) {
                sink.add(
                        view.at("checkers", c.id()),
                        "an interval or timeout of nothing",
                        "use a second at least");
            }
        }
        UserConfig.Timeouts t = view.config().timeouts();
        if (t.start().isZero() || t.stop().isZero() || t.forceStop().isZero()) {
            sink.add(view.at("timeouts"), "a deadline of nothing", "each needs a second at least");
        }
        if (t.stop().plus(t.forceStop()).compareTo(LONG) > 0) {
            sink.add(
                    view.at("timeouts"),
                    "stop and force-stop may take %s together"
                            .formatted(Durations.format(t.stop().plus(t.forceStop()))),
                    "that long a hanging application is down at a swap; shorten them");
        }
    }
}
