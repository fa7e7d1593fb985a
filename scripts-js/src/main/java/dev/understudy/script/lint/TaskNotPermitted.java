package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// Finds scheduled tasks that the permissions do not name.
final class TaskNotPermitted implements ScriptRule {
    @Override
    public String id() {
        return "P010";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if (view.module().isEmpty() || view.isTest()) {
            return;
        }
        List<String> tasks = view.module().get().manifest().permissions().tasks();
        Set<String> permitted =
                tasks.stream().map(t -> t.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
        for (ApiCall call : view.facts().calls) {
            String task = call.function().startsWith("tasks.") ? call.text(0).orElse("") : "";
            if (!task.isEmpty() && !Permitted.matches(task.toLowerCase(Locale.ROOT), permitted)) {
                sink.add(
                        view.script().at(call.node()),
                        "module.yaml does not permit the task %s".formatted(task),
                        "add under permissions: tasks: ['" + task + "']");
            }
        }
    }
}
