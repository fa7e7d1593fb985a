package dev.understudy.script.lint;

import dev.understudy.safe.Position;
import dev.understudy.safe.lint.Sink;
import java.util.Map;
import java.util.Set;

/// Finds start hooks whose work nobody undoes.
final class NoCounterpart implements ScriptRule {
    private static final Map<String, String> UNDONE_BY =
            Map.of("start_second", "stop_second", "start_both", "stop_both");

    @Override
    public String id() {
        return "J015";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if (!UNDONE_BY.containsKey(view.hook()) || view.module().isEmpty()) {
            return;
        }
        String stop = UNDONE_BY.get(view.hook());
        boolean acts =
                view.facts().calls.stream()
                        .anyMatch(c -> Set.of("exec", "services.start").contains(c.function()));
        if (acts && view.module().get().hook(stop).isEmpty()) {
            sink.add(
                    Position.file(view.script().path()),
                    "there is no scripts/%s.js that ends what this one begins".formatted(stop),
                    "add it; the engine stops by itself only what start_prim started");
        }
    }
}
