package dev.understudy.script.lint;

import dev.understudy.safe.Position;
import dev.understudy.safe.lint.Sink;

/// Finds stop hooks that do the same when they are called to use force.
final class ForceIgnored implements ScriptRule {
    @Override
    public String id() {
        return "J033";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        boolean hangs =
                view.hook().startsWith("stop_")
                        && view.calls("waitFor").stream()
                                .anyMatch(c -> c.use() == ApiCall.Use.AWAITED);
        boolean looks = view.script().text().contains("force");
        if (hangs && !looks) {
            sink.add(
                    Position.file(view.script().path()),
                    "the second, forceful pass waits as long as the first",
                    "look at ctx.force: if (ctx.force) await services.forceStop();");
        }
    }
}
