package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;
import java.util.Set;

/// Finds files that the permissions do not name.
final class FileNotPermitted implements ScriptRule {
    @Override
    public String id() {
        return "P003";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if (view.module().isEmpty() || view.isTest()) {
            return;
        }
        for (ApiCall call : view.facts().calls) {
            if (!call.function().startsWith("file.") || call.text(0).isEmpty()) {
                continue;
            }
            boolean write = Set.of("file.write", "file.remove").contains(call.function());
            String path = call.text(0).get();
            boolean permitted =
                    view.module().get().manifest().permissions().paths().stream()
                            .anyMatch(p ->
                                    (p.write() || !write) && Permitted.contains(p.path(), path));
            if (!permitted) {
                sink.add(
                        view.script().at(call.node()),
                        "module.yaml does not permit %s %s"
                                .formatted(write ? "writing" : "reading", path),
                        "add under permissions: paths: [{path: %s, access: %s}]"
                                .formatted(path, write ? "write" : "read"));
            }
        }
    }
}
