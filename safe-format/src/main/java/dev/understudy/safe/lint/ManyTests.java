package dev.understudy.safe.lint;

import dev.understudy.safe.Checker;

/// Finds checkers that keep a small server busy.
final class ManyTests implements ConfigRule {
    private static final int TESTS_MAX = 20;

    @Override
    public String id() {
        return "L005";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        double perSecond = 0;
        for (Checker c : view.config().checkers()) {
            if (c.interval().isZero()) {
                continue; // C030 says it
            }
            double seconds = Math.max(0.001, c.interval().toMillis() / 1000.0);
            perSecond += (c.kind() instanceof Checker.Script ? 5 : 1) / seconds;
        }
        if (perSecond > TESTS_MAX) {
            sink.add(
                    view.at("checkers"),
                    "the checkers make the work of %.0f tests a second".formatted(perSecond),
                    "an interval of some seconds is enough; a script costs as much as five others");
        }
    }
}
