package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;
import java.util.Optional;

/// Finds resources that scripts must not set.
final class ForeignResource implements ScriptRule {
    @Override
    public String id() {
        return "J024";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (ApiCall call : view.calls("resource.set")) {
            Optional<String> id = call.text(0);
            Optional<String> health = call.text(1);
            if (id.isPresent() && !id.get().startsWith("custom.")) {
                sink.add(
                        view.script().at(call.node()),
                        "'%s' is set by the engine or by a checker".formatted(id.get()),
                        "set resources custom.<id>");
            }
            if (health.isPresent() && !health.get().matches("up|down")) {
                sink.add(
                        view.script().at(call.node()),
                        "a resource is up or down, not '%s'".formatted(health.get()),
                        "");
            }
        }
    }
}
