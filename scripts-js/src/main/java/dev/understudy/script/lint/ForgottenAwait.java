package dev.understudy.script.lint;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Position;
import dev.understudy.safe.lint.Sink;
import dev.understudy.script.api.ScriptApi;

/// Finds calls that nobody waits for.
final class ForgottenAwait implements ScriptRule {
    @Override
    public String id() {
        return "J006";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (ApiCall call : view.facts().calls) {
            boolean isLog = call.function().startsWith("log.");
            if (call.use() == ApiCall.Use.DROPPED && !isLog && isFunction(call)) {
                boolean canWait = call.around().isEmpty() || call.around().get().isAsync();
                Position at = view.script().at(call.node());
                sink.add(
                        at,
                        "nobody waits for %s()".formatted(call.function()),
                        canWait
                                ? "write: await " + call.function() + "(…)"
                                : "make the function async and write: await "
                                        + call.function()
                                        + "(…)",
                        canWait ? new Finding.Edit(at, 0, "await ") : null);
            }
        }
    }

    static boolean isFunction(ApiCall call) {
        return ScriptApi.function(call.function()).isPresent();
    }
}
