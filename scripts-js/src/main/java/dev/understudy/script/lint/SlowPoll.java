package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;

/// Finds tests that a short wait repeats hundreds of times a second.
final class SlowPoll implements ScriptRule {
    @Override
    public String id() {
        return "J031";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (ApiCall call : view.calls("waitFor")) {
            if (call.node().getArgs().size() < 2) {
                continue;
            }
            Literals.property(call.node().getArgs().get(1), "interval")
                    .map(view.script()::source)
                    .filter(text -> text.matches("[0-9]|'[0-9]ms'"))
                    .ifPresent(_ ->
                            sink.add(
                                    view.script().at(call.node()),
                                    "an interval below 10 ms keeps the server busy",
                                    "100 ms is fast enough for a failover"));
        }
    }
}
