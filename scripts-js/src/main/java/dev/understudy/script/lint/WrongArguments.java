package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;
import dev.understudy.script.api.ApiFunction;
import dev.understudy.script.api.ScriptApi;
import java.util.Optional;

/// Finds calls with too few or too many arguments.
final class WrongArguments implements ScriptRule {
    @Override
    public String id() {
        return "J019";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (ApiCall call : view.facts().calls) {
            Optional<ApiFunction> function = ScriptApi.function(call.function());
            boolean spreads =
                    call.node().getArgs().stream()
                            .anyMatch(a -> view.script().source(a).startsWith("..."));
            if (function.isEmpty() || spreads) {
                continue;
            }
            int given = call.node().getArgs().size();
            long required =
                    function.get().parameters().stream().filter(p -> !p.isOptional()).count();
            if (given < required || given > function.get().parameters().size()) {
                sink.add(
                        view.script().at(call.node()),
                        "%s() has %d %s"
                                .formatted(
                                        call.function(),
                                        given,
                                        given == 1 ? "argument" : "arguments"),
                        "it is " + call.function() + function.get().signature());
            }
        }
    }
}
