package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;
import java.util.List;

/// Finds functions of Windows in modules that run on Linux too.
final class WindowsAlone implements ScriptRule {
    @Override
    public String id() {
        return "O009";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if (view.module().isEmpty() || view.isTest() || asksForPlatform(view)) {
            return;
        }
        List<String> platforms = view.module().get().manifest().platforms();
        if (platforms.equals(List.of("windows"))) {
            return;
        }
        for (ApiCall call : view.facts().calls) {
            if (call.function().startsWith("registry.") || call.function().startsWith("tasks.")) {
                sink.add(
                        view.script().at(call.node()),
                        "'%s' is there on Windows only; on Linux it rejects"
                                .formatted(call.function()),
                        "ask first: if ((await node()).platform === 'windows')");
            }
        }
    }

    private static boolean asksForPlatform(ScriptView view) {
        return !view.calls("node").isEmpty() && view.script().text().contains("platform");
    }
}
