package dev.understudy.safe.lint;

import dev.understudy.safe.Position;
import dev.understudy.safe.SafeModule;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds imports of files that are not in the module.
final class MissingImport implements ModuleRule {
    private static final Pattern IMPORT =
            Pattern.compile(
                    "(?m)^\\s*(?:import|export)\\b[^'\";]*?\\bfrom\\s*(['\"])([^'\"\\n]*)\\1|^\\s*import\\s*(['\"])([^'\"\\n]*)\\3");

    private static void imports(SafeModule module, String path, String text, Sink sink) {
        Matcher m = IMPORT.matcher(text);
        while (m.find()) {
            int group = m.group(2) == null ? 4 : 2;
            String wanted = m.group(group);
            if (wanted.equals("safe")
                    || module.archive().files().containsKey(resolve(path, wanted))) {
                continue;
            }
            int start = m.start(group);
            int line = (int) text.substring(0, start).chars().filter(c -> c == '\n').count() + 1;
            int column = start - text.lastIndexOf('\n', start - 1);
            boolean relative = wanted.startsWith("./") || wanted.startsWith("../");
            sink.add(
                    new Position(path, line, column),
                    "the module has no '%s'".formatted(wanted),
                    relative
                            ? "add the file, or correct the path"
                            : "import from 'safe', or a file of the module as './x.js' or '../lib/x.js'");
        }
    }

    // Empty when the import leaves the module or is no file of it.
    private static String resolve(String from, String wanted) {
        if (!wanted.startsWith("./") && !wanted.startsWith("../")) {
            return "";
        }
        java.util.ArrayDeque<String> parts =
                new java.util.ArrayDeque<>(java.util.List.of(from.split("/", -1)));
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

    @Override
    public String id() {
        return "J003";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        module.archive()
                .files()
                .forEach((path, file) -> {
                    if (path.endsWith(".js")) {
                        imports(module, path, file.text(), sink);
                    }
                });
    }
}
