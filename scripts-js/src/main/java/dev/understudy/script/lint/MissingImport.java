package dev.understudy.script.lint;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Position;
import dev.understudy.safe.lint.Sink;
import java.util.ArrayDeque;
import java.util.List;

/// Finds imports of files that are not in the module.
final class MissingImport implements ScriptRule {
    @Override
    public String id() {
        return "J003";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        for (Facts.From from : view.facts().froms) {
            String wanted = from.module();
            boolean isKnown =
                    wanted.equals("safe")
                            || (wanted.equals("safe/test") && view.isTest())
                            || has(view, wanted);
            if (isKnown) {
                continue;
            }
            boolean relative = wanted.startsWith("./") || wanted.startsWith("../");
            Position at = view.at(from.offset());
            sink.add(
                    at,
                    "the module has no '%s'".formatted(wanted),
                    relative
                            ? "add the file, or correct the path"
                            : "import from 'safe', or a file of the module as './x.js' or '../lib/x.js'",
                    has(view, wanted + ".js")
                            ? new Finding.Edit(view.at(from.offset() + from.length() - 1), 0, ".js")
                            : null);
        }
    }

    private static boolean has(ScriptView view, String wanted) {
        return view.archive().files().containsKey(resolve(view.script().path(), wanted));
    }

    // Empty when the import leaves the module or is no file of it.
    private static String resolve(String from, String wanted) {
        if (!wanted.startsWith("./") && !wanted.startsWith("../")) {
            return "";
        }
        ArrayDeque<String> parts = new ArrayDeque<>(List.of(from.split("/", -1)));
        parts.removeLast();
        for (String step : wanted.split("/", -1)) {
            if (step.equals("..") && parts.isEmpty()) {
                return "";
            }
            switch (step) {
                case "." -> {}
                case ".." -> parts.removeLast();
                default -> parts.addLast(step);
            }
        }
        return String.join("/", parts);
    }
}
