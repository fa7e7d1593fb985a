package dev.understudy.script.lint;

import com.oracle.js.parser.ir.CallNode;
import com.oracle.js.parser.ir.FunctionNode;
import com.oracle.js.parser.ir.IdentNode;
import dev.understudy.safe.lint.Sink;
import java.util.regex.Pattern;

/// Finds tests that compare nothing.
final class TestOfNothing implements ScriptRule {
    private static final Pattern CLAIMS = Pattern.compile("\\b(equal|ok|fails|throw|rejects)\\b");

    @Override
    public String id() {
        return "T004";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (CallNode call : view.facts().plainCalls) {
            if (view.isTest()
                    && call.getFunction() instanceof IdentNode name
                    && name.getName().equals("test")
                    && call.getArgs().size() > 1
                    && call.getArgs().getLast() instanceof FunctionNode body) {
                String text = view.script().source(body);
                if (!CLAIMS.matcher(text).find()) {
                    sink.add(
                            view.script().at(call),
                            "the test claims nothing and can't fail for the right reason",
                            "compare: t.equal(await t.host.service('app'), 'running');");
                }
            }
        }
    }
}
