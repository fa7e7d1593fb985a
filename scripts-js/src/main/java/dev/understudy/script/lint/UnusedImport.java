package dev.understudy.script.lint;

import com.oracle.js.parser.ir.ExportNode;
import dev.understudy.safe.lint.Sink;
import java.util.HashSet;
import java.util.Set;

/// Finds imports that the script does not use.
final class UnusedImport implements ScriptRule {
    @Override
    public String id() {
        return "J007";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        Set<String> used = new HashSet<>();
        view.facts().uses.forEach(use -> used.add(use.name()));
        for (ExportNode node : view.script().tree().getModule().getExports()) {
            if (node.getModuleSpecifier() == null && node.getNamedExports() != null) {
                node.getNamedExports()
                        .getExportSpecifiers()
                        .forEach(s -> used.add(s.getIdentifier().getPropertyName()));
            }
        }
        for (Facts.Import i : view.facts().locals) {
            if (!used.contains(i.local())) {
                sink.add(
                        view.at(i.offset()),
                        "'%s' is imported and not used".formatted(i.local()),
                        "remove it, or is a call missing?");
            }
        }
    }
}
