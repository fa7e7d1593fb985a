package dev.understudy.script.lint;

import com.oracle.js.parser.ir.CallNode;
import com.oracle.js.parser.ir.IdentNode;
import dev.understudy.safe.lint.Sink;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Finds two tests of one name.
final class SameTestTwice implements ScriptRule {
    @Override
    public String id() {
        return "T003";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        Set<String> seen = new HashSet<>();
        for (CallNode call : view.facts().plainCalls) {
            if (view.isTest()
                    && call.getFunction() instanceof IdentNode name
                    && name.getName().equals("test")
                    && !call.getArgs().isEmpty()) {
                Optional<String> title = Literals.text(call.getArgs().getFirst());
                if (title.isPresent() && !seen.add(title.get())) {
                    sink.add(
                            view.script().at(call),
                            "there is a test '%s' already".formatted(title.get()),
                            "reports name tests by their text; give each its own");
                }
            }
        }
    }
}
