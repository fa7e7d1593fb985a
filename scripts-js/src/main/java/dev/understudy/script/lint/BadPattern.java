package dev.understudy.script.lint;

import com.oracle.js.parser.ir.Expression;
import dev.understudy.safe.lint.Sink;
import java.util.Optional;
import java.util.regex.Pattern;

/// Finds regular expressions that are none.
final class BadPattern implements ScriptRule {
    @Override
    public String id() {
        return "J032";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (ApiCall call : view.calls("processes.find")) {
            if (call.node().getArgs().isEmpty()) {
                continue;
            }
            Optional<Expression> args = Literals.property(call.node().getArgs().getFirst(), "args");
            if (args.isEmpty() || Literals.text(args.get()).isEmpty()) {
                continue;
            }
            try {
                Pattern.compile(Literals.text(args.get()).get());
            } catch (java.util.regex.PatternSyntaxException e) {
                sink.add(
                        view.script().at(args.get()),
                        "args is no regular expression: " + e.getDescription(),
                        "write special characters with \\\\ before them");
            }
        }
    }
}
