package dev.understudy.tools.author;

import dev.understudy.safe.lint.JunitReport;

/// Turns the Markdown that we write ourselves into a page: headings, lists, tables, code.
final class Markdown {
    private Markdown() {}

    static String html(String text) {
        StringBuilder out =
                new StringBuilder(
                        "<!doctype html><meta charset=utf-8><style>body{font:15px sans-serif;");
        out.append(
                "max-width:60em;margin:2em auto}td,th{padding:.2em .8em;text-align:left}</style>\n");
        String open = "";
        for (String line : text.lines().toList()) {
            String kind = kind(line);
            if (!kind.equals(open)) {
                out.append(open.isEmpty() ? "" : "</" + open + ">\n");
                out.append(kind.isEmpty() ? "" : "<" + kind + ">");
                open = kind;
            }
            out.append(line(line, kind)).append('\n');
        }
        return out.append(open.isEmpty() ? "" : "</" + open + ">\n").toString();
    }

    private static String kind(String line) {
        return line.startsWith("    ")
                ? "pre"
                : line.startsWith("- ") ? "ul" : line.startsWith("|") ? "table" : "";
    }

    private static String line(String line, String kind) {
        String text = JunitReport.xml(line);
        String rich =
                text.replaceAll("`([^`]*)`", "<code>$1</code>")
                        .replaceAll("\\*\\*([^*]*)\\*\\*", "<b>$1</b>");
        return switch (kind) {
            case "pre" -> text.substring(4);
            case "ul" -> "<li>" + rich.substring(2);
            case "table" ->
                    line.startsWith("|--")
                            ? ""
                            : "<tr><td>"
                                    + rich.substring(1, Math.max(1, rich.length() - 1))
                                            .replace("|", "<td>");
            default -> {
                int level = 0;
                while (level < line.length() && line.charAt(level) == '#') {
                    level++;
                }
                yield level > 0
                        ? "<h" + level + ">" + rich.substring(level).strip() + "</h" + level + ">"
                        : line.isBlank() ? "" : "<p>" + rich;
            }
        };
    }
}
