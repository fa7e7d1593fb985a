package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;
import dev.understudy.safe.read.Nearest;
import java.util.Set;

/// Finds parameters that module.yaml does not have.
final class UnknownParameter implements ScriptRule {
    @Override
    public String id() {
        return "J017";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if (view.module().isEmpty()) {
            return;
        }
        Set<String> known = view.module().get().manifest().parameters().keySet();
        for (Facts.ParamUse use : view.facts().params) {
            if (!known.contains(use.name())) {
                String near = Nearest.of(use.name(), known);
                sink.add(
                        view.at(use.offset()),
                        "module.yaml has no parameter '%s'".formatted(use.name()),
                        near.isEmpty()
                                ? "declare it under parameters:"
                                : "did you mean params['" + near + "']?");
            }
        }
    }
}
