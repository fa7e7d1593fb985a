package dev.understudy.script.lint;

import com.oracle.js.parser.ir.IdentNode;
import dev.understudy.safe.Position;
import dev.understudy.safe.lint.Sink;

/// Finds test files that test nothing.
final class TestWithoutTest implements ScriptRule {
    @Override
    public String id() {
        return "T002";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if (!view.isTest() || view.script().path().startsWith("tests/lib/")) {
            return;
        }
        boolean tests =
                view.facts().plainCalls.stream()
                        .anyMatch(c ->
                                c.getFunction() instanceof IdentNode name
                                        && name.getName().equals("test"));
        if (!tests) {
            sink.add(
                    Position.file(view.script().path()),
                    "the file declares no test",
                    "write: import { test } from 'safe/test'; test('…', async t => { … });");
        }
    }
}
