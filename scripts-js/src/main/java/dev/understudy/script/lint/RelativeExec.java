package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;
import java.util.List;
import java.util.Optional;

/// Finds programs that are run without their whole path.
final class RelativeExec implements ScriptRule {
    @Override
    public String id() {
        return "J011";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (ApiCall call : view.calls("exec")) {
            List<Optional<String>> argv = call.texts(0);
            if (!argv.isEmpty() && argv.getFirst().isPresent()) {
                String program = argv.getFirst().get();
                if (!program.startsWith("/") && !program.matches("[A-Za-z]:[\\\\/].*")) {
                    sink.add(
                            view.script().at(call.node()),
                            "'%s' is not the whole path of a program".formatted(program),
                            "write it whole: exec(['/usr/bin/" + program + "', …])");
                }
            }
        }
    }
}
