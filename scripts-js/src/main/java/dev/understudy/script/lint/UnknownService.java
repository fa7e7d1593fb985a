package dev.understudy.script.lint;

import dev.understudy.safe.Node;
import dev.understudy.safe.lint.Sink;
import dev.understudy.safe.read.Nearest;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Finds services that userconfig.yaml does not have.
final class UnknownService implements ScriptRule {
    @Override
    public String id() {
        return "J023";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if (view.module().isEmpty()
                || !(view.module().get().configTree().get("services")
                        instanceof Node.Sequence services)) {
            return;
        }
        Set<String> ids = new TreeSet<>();
        for (Node item : services.items()) {
            if (item instanceof Node.Mapping m) {
                ids.add(m.text("id"));
            }
        }
        for (ApiCall call : view.facts().calls) {
            Optional<String> id =
                    call.function().startsWith("services.") ? call.text(0) : Optional.empty();
            if (id.isPresent() && !ids.contains(id.get())) {
                String near = Nearest.of(id.get(), ids);
                sink.add(
                        view.script().at(call.node().getArgs().getFirst()),
                        "userconfig.yaml has no service '%s'".formatted(id.get()),
                        near.isEmpty()
                                ? "it has " + String.join(", ", ids)
                                : "did you mean '" + near + "'?");
            }
        }
    }
}
