package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;

/// Finds promises that are used as if they were results.
final class PromiseAsResult implements ScriptRule {
    @Override
    public String id() {
        return "J021";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (ApiCall call : view.facts().calls) {
            if (call.use() == ApiCall.Use.TAKEN_FOR_RESULT && ForgottenAwait.isFunction(call)) {
                sink.add(
                        view.script().at(call.node()),
                        "%s() gives a promise, which is not yet its result"
                                .formatted(call.function()),
                        "write: (await " + call.function() + "(…))");
            }
        }
    }
}
