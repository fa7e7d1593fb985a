package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;

/// Finds calls that run before the hook is called.
final class WorkAtImport implements ScriptRule {
    @Override
    public String id() {
        return "J026";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (ApiCall call : view.facts().calls) {
            if (call.around().isEmpty() && (view.isHook() || view.isChecker())) {
                sink.add(
                        view.script().at(call.node()),
                        "%s() runs when the script is loaded, before it is called"
                                .formatted(call.function()),
                        "move it into the default function");
            }
        }
    }
}
