package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;
import java.util.Set;

/// Finds checkers that ask and forget the answer.
final class LostAnswer implements ScriptRule {
    @Override
    public String id() {
        return "J030";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if (!view.isChecker()) {
            return;
        }
        for (ApiCall call : view.facts().calls) {
            boolean answers =
                    Set.of("tcp.check", "file.exists", "http.get").contains(call.function());
            if (answers && isStatement(view, call)) {
                sink.add(
                        view.script().at(call.node()),
                        "%s() answers, it does not throw; here the answer is lost"
                                .formatted(call.function()),
                        "return it, or compare it");
            }
        }
    }

    // `await f();` alone on its line.
    private static boolean isStatement(ScriptView view, ApiCall call) {
        String text = view.script().text();
        int start = text.lastIndexOf('\n', call.node().getStart()) + 1;
        int end = call.node().getFinish();
        String before = text.substring(start, call.node().getStart()).strip();
        String after = end < text.length() ? text.substring(end, end + 1) : "";
        return (before.equals("await") || before.endsWith("{ await") || before.endsWith("; await"))
                && (after.equals(";") || after.equals("\n"));
    }
}
