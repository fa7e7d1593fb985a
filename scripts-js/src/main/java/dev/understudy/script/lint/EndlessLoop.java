package dev.understudy.script.lint;

import com.oracle.js.parser.ir.LoopNode;
import dev.understudy.safe.lint.Sink;

/// Finds loops that only the deadline ends.
final class EndlessLoop implements ScriptRule {
    @Override
    public String id() {
        return "J010";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (LoopNode loop : view.facts().endlessLoops) {
            sink.add(
                    view.script().at(loop),
                    "nothing ends this loop, and nothing else runs meanwhile",
                    "use: await waitFor(() => …, {timeout: '30s'})");
        }
    }
}
