package dev.understudy.safe.lint;

import dev.understudy.safe.Action;

/// Finds restart limits of nothing in modules that count on restarts.
final class ActionsForbidden implements ConfigRule {
    @Override
    public String id() {
        return "C048";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        boolean acts =
                view.config().checkers().stream().anyMatch(c -> c.action() != Action.NONE)
                        || view.config().services().stream().anyMatch(s -> s.watch().isPresent())
                        || !view.config().processes().isEmpty();
        if (view.config().module().restartLimit().count() == 0 && acts) {
            sink.add(
                    view.at("module", "restart-limit"),
                    "count: 0 stops the module at the first failure",
                    "allow some: {count: 3, within: 24h}");
        }
    }
}
