package dev.understudy.script.lint;

import com.oracle.js.parser.ir.CatchNode;
import dev.understudy.safe.lint.Sink;

/// Finds errors that are caught and forgotten.
final class SwallowedError implements ScriptRule {
    @Override
    public String id() {
        return "J009";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (CatchNode handler : view.facts().emptyCatches) {
            sink.add(
                    view.script().at(handler),
                    "the error is caught and forgotten",
                    "log it, or catch only what may happen: if (!(e instanceof SafeError)) throw e;");
        }
    }
}
