package dev.understudy.script.lint;

import com.oracle.js.parser.ir.Expression;
import dev.understudy.safe.lint.Sink;
import dev.understudy.script.api.ApiFunction;
import dev.understudy.script.api.ScriptApi;
import java.util.List;
import java.util.regex.Pattern;

/// Finds durations that are none.
final class BadDuration implements ScriptRule {
    private static final Pattern DURATION = Pattern.compile("[0-9]{1,9}(ms|s|m|h|d)");

    @Override
    public String id() {
        return "J022";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (ApiCall call : view.facts().calls) {
            ScriptApi.function(call.function())
                    .ifPresent(function -> parameters(view, call, function, sink));
        }
    }

    private static void parameters(ScriptView view, ApiCall call, ApiFunction function, Sink sink) {
        for (int i = 0; i < call.node().getArgs().size() && i < function.parameters().size(); i++) {
            Expression argument = call.node().getArgs().get(i);
            if (function.parameters().get(i).type().equals("Duration")) {
                value(view, argument, sink);
            }
            for (String key : List.of("timeout", "interval")) {
                Literals.property(argument, key).ifPresent(value -> value(view, value, sink));
            }
        }
    }

    private static void value(ScriptView view, Expression value, Sink sink) {
        Literals.text(value)
                .filter(text -> !DURATION.matcher(text).matches())
                .ifPresent(text ->
                        sink.add(
                                view.script().at(value),
                                "'%s' is no duration".formatted(text),
                                "write '500ms', '30s', '5m', or a number of milliseconds"));
    }
}
