package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;
import dev.understudy.safe.read.Nearest;
import dev.understudy.script.api.ApiFunction;
import dev.understudy.script.api.ScriptApi;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Finds imports that the module `safe` does not have.
final class UnknownExport implements ScriptRule {
    private static final Set<String> KNOWN = known();

    @Override
    public String id() {
        return "J005";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (Facts.Import i : view.facts().imports) {
            if (!i.name().equals("*") && !KNOWN.contains(i.name())) {
                String near = Nearest.of(i.name(), KNOWN);
                sink.add(
                        view.at(i.offset()),
                        "'safe' has no '%s'".formatted(i.name()),
                        near.isEmpty()
                                ? "it has " + String.join(", ", KNOWN)
                                : "did you mean '" + near + "'?");
            }
        }
    }

    private static Set<String> known() {
        Set<String> known = new TreeSet<>(List.of("params", "SafeError", "Secret"));
        for (ApiFunction function : ScriptApi.FUNCTIONS) {
            known.add(function.name().split("[.]", 2)[0]);
        }
        return known;
    }
}
