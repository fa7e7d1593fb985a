package dev.understudy.script.lint;

import com.oracle.js.parser.ir.Expression;
import com.oracle.js.parser.ir.PropertyNode;
import dev.understudy.safe.lint.Sink;
import dev.understudy.safe.read.Nearest;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Finds options that a function does not have.
final class UnknownOption implements ScriptRule {
    private static final Map<String, Set<String>> KNOWN =
            Map.of(
                    "exec", Set.of("timeout", "okCodes", "input", "env", "cwd"),
                    "waitFor", Set.of("timeout", "interval"),
                    "file.write", Set.of("mode"),
                    "tcp.check", Set.of("timeout"),
                    "http.get", Set.of("timeout", "headers"),
                    "processes.find", Set.of("name", "args"));

    @Override
    public String id() {
        return "J025";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (ApiCall call : view.facts().calls) {
            Set<String> known = KNOWN.getOrDefault(call.function(), Set.of());
            if (known.isEmpty() || call.node().getArgs().isEmpty()) {
                continue;
            }
            Expression last = call.node().getArgs().getLast();
            for (PropertyNode p : Literals.properties(last)) {
                if (!known.contains(p.getKeyName())) {
                    String near = Nearest.of(p.getKeyName(), known);
                    sink.add(
                            view.script().at(p),
                            "%s() has no option '%s'".formatted(call.function(), p.getKeyName()),
                            near.isEmpty()
                                    ? "it has " + String.join(", ", new TreeSet<>(known))
                                    : "did you mean '" + near + "'?");
                }
            }
        }
    }
}
