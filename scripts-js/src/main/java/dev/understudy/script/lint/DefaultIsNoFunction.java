package dev.understudy.script.lint;

import com.oracle.js.parser.ir.Expression;
import com.oracle.js.parser.ir.LiteralNode;
import com.oracle.js.parser.ir.ObjectNode;
import dev.understudy.safe.lint.Sink;

/// Finds default exports that can't be called.
final class DefaultIsNoFunction implements ScriptRule {
    @Override
    public String id() {
        return "J028";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        Expression value = view.facts().defaultExport;
        if ((view.isHook() || view.isChecker())
                && value != null
                && (value instanceof LiteralNode<?> || value instanceof ObjectNode)) {
            sink.add(
                    view.script().at(value),
                    "the default export is no function",
                    "write: export default async ctx => { … }");
        }
    }
}
