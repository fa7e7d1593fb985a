package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;
import java.util.List;
import java.util.Optional;

/// Finds command lines given as one text.
final class ArgumentsInOneText implements ScriptRule {
    @Override
    public String id() {
        return "J012";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (ApiCall call : view.calls("exec")) {
            List<Optional<String>> argv = call.texts(0);
            boolean oneText = call.text(0).isPresent();
            boolean inProgram = !argv.isEmpty() && argv.getFirst().orElse("").matches("/\\S+ .*");
            if (oneText || inProgram) {
                sink.add(
                        view.script().at(call.node()),
                        "a command line is not split: there is no shell",
                        "give a list: exec(['/usr/bin/app', 'argument'])");
            }
        }
    }
}
