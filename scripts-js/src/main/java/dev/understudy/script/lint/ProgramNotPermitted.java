package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds programs that the permissions do not name.
final class ProgramNotPermitted implements ScriptRule {
    @Override
    public String id() {
        return "P002";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if (view.module().isEmpty() || view.isTest()) {
            return;
        }
        Set<String> permitted = Permitted.programs(view.module().get());
        for (ApiCall call : view.calls("exec")) {
            List<Optional<String>> argv = call.texts(0);
            String program = argv.isEmpty() ? "" : argv.getFirst().orElse("");
            boolean whole = program.startsWith("/") || program.matches("[A-Za-z]:[\\\\/].*");
            if (whole && !program.contains(" ") && !Permitted.matches(program, permitted)) {
                sink.add(
                        view.script().at(call.node()),
                        "module.yaml does not permit %s".formatted(program),
                        "add under permissions: programs: [{path: " + program + "}]");
            }
        }
    }
}
