package dev.understudy.safe.lint;

import dev.understudy.safe.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Writes findings as JUnit XML: a test suite for each family of rules, a test case for each rule,
/// those without findings too.
public final class JunitReport {
    private static final Map<String, String> FAMILIES =
            Map.of(
                    "A", "archive",
                    "C", "configuration",
                    "J", "JavaScript",
                    "L", "limits",
                    "M", "manifest",
                    "O", "operating systems",
                    "P", "permissions",
                    "S", "signature",
                    "T", "tests",
                    "Y", "YAML");

    private JunitReport() {}

    /// Writes one document with all modules.
    public static String write(List<Linted> modules) {
        StringBuilder out = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        out.append("<testsuites name=\"safe lint\">\n");
        for (Linted module : modules) {
            Map<String, List<RuleBook.Entry>> families = new TreeMap<>();
            for (RuleBook.Entry e : RuleBook.entries().values()) {
                families.computeIfAbsent(e.id().substring(0, 1), _ -> new ArrayList<>()).add(e);
            }
            families.forEach((family, rules) -> suite(out, module, family, rules));
        }
        return out.append("</testsuites>\n").toString();
    }

    private static void suite(
            StringBuilder out, Linted module, String family, List<RuleBook.Entry> rules) {
        String name = module.prefix() + FAMILIES.getOrDefault(family, family);
        long failed = rules.stream().filter(e -> !findings(module, e.id()).isEmpty()).count();
        out.append("  <testsuite name=\"").append(xml(name)).append("\" tests=\"");
        out.append(rules.size()).append("\" failures=\"").append(failed).append("\">\n");
        for (RuleBook.Entry e : rules) {
            List<Finding> found = findings(module, e.id());
            out.append("    <testcase classname=\"").append(xml(name)).append("\" name=\"");
            out.append(xml(e.id() + " " + e.title())).append('"');
            if (found.isEmpty()) {
                out.append("/>\n");
                continue;
            }
            out.append(">\n      <failure type=\"").append(e.severity().word());
            out.append("\" message=\"").append(xml(found.getFirst().text())).append("\">");
            Linted only = new Linted(module.prefix(), found, List.of(), module.source());
            out.append(xml(Report.text(only.findings(), only.prefix(), only.source())));
            out.append("</failure>\n    </testcase>\n");
        }
        out.append("  </testsuite>\n");
    }

    private static List<Finding> findings(Linted module, String id) {
        return module.findings().stream().filter(f -> f.id().equals(id)).toList();
    }

    /// Escapes a text for XML; what XML can't hold becomes `?`.
    public static String xml(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints()
                .forEach(c -> {
                    switch (c) {
                        case '<' -> out.append("&lt;");
                        case '>' -> out.append("&gt;");
                        case '&' -> out.append("&amp;");
                        case '"' -> out.append("&quot;");
                        default -> out.appendCodePoint(c < ' ' && c != '\n' && c != '\t' ? '?' : c);
                    }
                });
        return out.toString();
    }
}
