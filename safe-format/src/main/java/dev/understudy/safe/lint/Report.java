package dev.understudy.safe.lint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Position;
import dev.understudy.safe.Severity;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Writes findings for people and for programs.
public final class Report {
    private static final int EXCERPT_MAX = 100;

    private Report() {}

    /// Writes findings with the line they are about and a caret under its column.
    ///
    /// @param prefix put before each path, such as `shop.safe!/`
    /// @param source gives the text of a file of the module
    public static String text(
            List<Finding> findings, String prefix, Function<String, Optional<String>> source) {
        StringBuilder out = new StringBuilder();
        for (Finding f : findings) {
            Position at = f.position();
            out.append(prefixed(prefix, at, source)).append(": ").append(f.severity().word());
            out.append(" [").append(f.id()).append("] ").append(f.text()).append('\n');
            if (at.hasLine()) {
                source.apply(at.path()).ifPresent(text -> excerpt(text, at, out));
            }
            if (!f.remedy().isEmpty()) {
                out.append("  remedy: ").append(f.remedy()).append('\n');
            }
            if (RuleBook.entry(f.id()).isPresent()) {
                out.append("  help: safe rule ").append(f.id()).append('\n');
            }
        }
        return out.toString();
    }

    /// Gives the line that a finding is about; empty when it is about no line.
    static String line(Linted module, Finding f) {
        return f.position().hasLine()
                ? module.source()
                        .apply(f.position().path())
                        .flatMap(t -> t.lines().skip(f.position().line() - 1L).findFirst())
                        .orElse("")
                : "";
    }

    /// Counts findings in words: `2 errors, 1 warning`; `no findings`.
    public static String summary(List<Finding> findings) {
        StringBuilder out = new StringBuilder();
        for (Severity severity : Severity.values()) {
            long count = findings.stream().filter(f -> f.severity() == severity).count();
            if (count > 0) {
                String plural = severity == Severity.ADVICE || count == 1 ? "" : "s";
                out.append(out.isEmpty() ? "" : ", ").append(count).append(' ');
                out.append(severity.word()).append(plural);
            }
        }
        return out.isEmpty() ? "no findings" : out.toString();
    }

    /// Writes findings as one JSON object: `{"findings": [...], "errors": n, "warnings": n}`.
    public static String json(List<Finding> findings) {
        return jsonOf(List.of(new Linted("", findings, List.of(), _ -> Optional.empty())));
    }

    /// Writes the findings of modules as one JSON object; with several, `module` tells which.
    public static String jsonOf(List<Linted> modules) {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode root = mapper.createObjectNode();
        ArrayNode list = root.putArray("findings");
        List<Finding> findings = modules.stream().flatMap(m -> m.findings().stream()).toList();
        for (Linted module : modules) {
            module.findings().forEach(f -> item(list.addObject(), f, modules.size() > 1, module));
        }
        root.put("errors", count(findings, Severity.ERROR));
        root.put("warnings", count(findings, Severity.WARNING));
        long allowed = modules.stream().mapToLong(m -> m.allowed().size()).sum();
        if (allowed > 0) {
            root.put("allowed", allowed);
        }
        try {
            return mapper.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values", e);
        }
    }

    private static long count(List<Finding> findings, Severity severity) {
        return findings.stream().filter(f -> f.severity() == severity).count();
    }

    private static void item(ObjectNode item, Finding f, boolean several, Linted module) {
        if (several) {
            item.put("module", module.prefix());
        }
        item.put("id", f.id()).put("severity", f.severity().word());
        item.put("path", f.position().path());
        if (f.position().hasLine()) {
            item.put("line", f.position().line()).put("column", f.position().column());
        }
        item.put("text", f.text()).put("remedy", f.remedy());
        if (f.fix().isPresent()) {
            item.put("fixable", true);
        }
    }

    // Findings on the archive as a whole already carry its own name.
    private static String prefixed(
            String prefix, Position at, Function<String, Optional<String>> source) {
        return source.apply(at.path()).isPresent() ? prefix + at : at.toString();
    }

    private static void excerpt(String text, Position at, StringBuilder out) {
        String line = text.lines().skip(at.line() - 1L).findFirst().orElse("").replace('\t', ' ');
        int column = Math.clamp(at.column(), 1, line.length() + 1);
        int from = column > EXCERPT_MAX - 20 ? column - 40 : 0;
        String shown = line.substring(Math.min(from, line.length()));
        shown = shown.length() > EXCERPT_MAX ? shown.substring(0, EXCERPT_MAX) + "…" : shown;
        String number = String.valueOf(at.line());
        out.append("  ")
                .append(number)
                .append(" | ")
                .append(from > 0 ? "…" : "")
                .append(shown)
                .append('\n');
        int indent = column - 1 - from + (from > 0 ? 1 : 0);
        out.append("  ")
                .append(" ".repeat(number.length()))
                .append(" | ")
                .append(" ".repeat(indent))
                .append("^\n");
    }
}
