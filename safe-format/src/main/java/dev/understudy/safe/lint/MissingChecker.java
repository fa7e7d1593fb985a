package dev.understudy.safe.lint;

import dev.understudy.safe.Checker;
import dev.understudy.safe.read.Nearest;

/// Finds checkers whose script is not in the module.
final class MissingChecker implements ConfigRule {
    @Override
    public String id() {
        return "C026";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (Checker checker : view.config().checkers()) {
            if (checker.kind() instanceof Checker.Script script
                    && !view.module().archive().files().containsKey(script.file())) {
                String near = Nearest.of(script.file(), view.module().archive().files().keySet());
                sink.add(
                        view.at("checkers", checker.id(), "file"),
                        "the module has no file %s".formatted(script.file()),
                        near.isEmpty() ? "add it" : "did you mean " + near + "?");
            }
        }
    }
}
