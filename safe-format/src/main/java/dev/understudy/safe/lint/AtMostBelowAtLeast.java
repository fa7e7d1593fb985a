package dev.understudy.safe.lint;

import dev.understudy.safe.ProcessWatch;

/// Finds process counts that nothing can fulfil.
final class AtMostBelowAtLeast implements ConfigRule {
    @Override
    public String id() {
        return "C044";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (ProcessWatch p : view.config().processes()) {
            if (p.atMost() >= 0 && p.atMost() < p.atLeast()) {
                sink.add(
                        view.at("processes", p.id(), "at-most"),
                        "at most %d and at least %d processes can't be"
                                .formatted(p.atMost(), p.atLeast()),
                        "at-least is 1 unless it is given");
            }
        }
    }
}
