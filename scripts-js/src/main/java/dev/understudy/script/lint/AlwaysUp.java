package dev.understudy.script.lint;

import dev.understudy.safe.Position;
import dev.understudy.safe.lint.Sink;

/// Finds checkers that can find nothing.
final class AlwaysUp implements ScriptRule {
    @Override
    public String id() {
        return "J029";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if (!view.isChecker()
                || view.facts().froms.stream().anyMatch(f -> !f.module().equals("safe"))) {
            return;
        }
        boolean looks =
                view.facts().calls.stream()
                        .anyMatch(c ->
                                !c.function().startsWith("log.") && !c.function().equals("sleep"));
        if (!looks && view.facts().hasDefault && !view.script().text().contains("throw")) {
            sink.add(
                    Position.file(view.script().path()),
                    "the checker looks at nothing",
                    "ask the application: exec, tcp.check, http.get …; return false or throw");
        }
    }
}
