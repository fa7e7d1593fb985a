package dev.understudy.script.lint;

import dev.understudy.safe.Position;
import dev.understudy.safe.lint.Sink;

/// Finds hooks and checkers that export nothing to call.
final class NoDefaultExport implements ScriptRule {
    @Override
    public String id() {
        return "J002";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if ((view.isHook() || view.isChecker()) && !view.facts().hasDefault) {
            sink.add(
                    Position.file(view.script().path()),
                    "the script has no default export",
                    "write: export default async ctx => { … }");
        }
    }
}
