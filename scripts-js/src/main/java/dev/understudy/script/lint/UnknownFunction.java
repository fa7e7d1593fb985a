package dev.understudy.script.lint;

import dev.understudy.safe.Finding;
import dev.understudy.safe.lint.Sink;
import dev.understudy.safe.read.Nearest;
import dev.understudy.script.api.ApiFunction;
import dev.understudy.script.api.ScriptApi;
import java.util.List;

/// Finds functions that a group of the module `safe` does not have.
final class UnknownFunction implements ScriptRule {
    @Override
    public String id() {
        return "J016";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (Facts.Member m : view.facts().members) {
            List<String> known =
                    ScriptApi.FUNCTIONS.stream()
                            .filter(f -> f.group().equals(m.group()))
                            .map(ApiFunction::member)
                            .toList();
            if (!known.isEmpty() && !known.contains(m.name())) {
                String near = Nearest.of(m.name(), known);
                sink.add(
                        view.at(m.offset()),
                        "'%s' has no '%s'".formatted(m.group(), m.name()),
                        near.isEmpty()
                                ? "it has " + String.join(", ", known)
                                : "did you mean '" + near + "'?",
                        near.isEmpty()
                                ? null
                                : new Finding.Edit(view.at(m.offset()), m.length(), near));
            }
        }
    }
}
