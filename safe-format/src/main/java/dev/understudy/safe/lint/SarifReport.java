package dev.understudy.safe.lint;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Severity;
import java.util.List;

/// Writes findings as SARIF 2.1.0, for code scanning.
public final class SarifReport {
    private static final String SCHEMA =
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    private SarifReport() {}

    /// Writes one run with all modules.
    public static String write(List<Linted> modules) {
        ObjectNode root = new ObjectMapper().createObjectNode();
        root.put("$schema", SCHEMA).put("version", "2.1.0");
        ObjectNode run = root.putArray("runs").addObject();
        ObjectNode driver = run.putObject("tool").putObject("driver");
        driver.put("name", "safe lint").put("informationUri", "https://understudy.dev/");
        ArrayNode rules = driver.putArray("rules");
        List<String> ids = List.copyOf(RuleBook.entries().keySet());
        RuleBook.entries().values().forEach(e -> rule(rules.addObject(), e));
        run.put("columnKind", "utf16CodeUnits");
        ArrayNode results = run.putArray("results");
        for (Linted module : modules) {
            module.findings().forEach(f -> result(results.addObject(), module, f, ids, false));
            module.allowed().forEach(f -> result(results.addObject(), module, f, ids, true));
        }
        return root.toPrettyString() + "\n";
    }

    private static void rule(ObjectNode rule, RuleBook.Entry e) {
        rule.put("id", e.id());
        rule.putObject("shortDescription").put("text", e.title());
        rule.putObject("fullDescription").put("text", e.why());
        rule.putObject("help")
                .put("text", "Bad:\n" + e.bad().strip() + "\n\nGood:\n" + e.good().strip());
        rule.putObject("defaultConfiguration").put("level", level(e.severity()));
    }

    private static void result(
            ObjectNode result, Linted module, Finding f, List<String> ids, boolean allowed) {
        result.put("ruleId", f.id());
        if (ids.contains(f.id())) {
            result.put("ruleIndex", ids.indexOf(f.id()));
        }
        result.put("level", level(f.severity()));
        String remedy = f.remedy().isEmpty() ? "" : "; " + f.remedy();
        result.putObject("message").put("text", f.text() + remedy);
        ObjectNode place = result.putArray("locations").addObject().putObject("physicalLocation");
        place.putObject("artifactLocation").put("uri", uri(module.path(f)));
        if (f.position().hasLine()) {
            place.putObject("region")
                    .put("startLine", f.position().line())
                    .put("startColumn", Math.max(1, f.position().column()));
        }
        // Not the line number: a finding that only moved is the same one.
        String line = Report.line(module, f).strip();
        String print = Archive.digest((f.id() + module.path(f) + line).getBytes(UTF_8));
        result.putObject("partialFingerprints").put("safeRuleAndLine/v1", print.substring(0, 32));
        f.fix().ifPresent(edit -> fix(result, module.path(f), f, edit));
        if (allowed) {
            result.putArray("suppressions").addObject().put("kind", "inSource");
        }
    }

    private static void fix(ObjectNode result, String path, Finding f, Finding.Edit edit) {
        ObjectNode fix = result.putArray("fixes").addObject();
        fix.putObject("description").put("text", f.remedy());
        ObjectNode change = fix.putArray("artifactChanges").addObject();
        change.putObject("artifactLocation").put("uri", uri(path));
        ObjectNode replacement = change.putArray("replacements").addObject();
        replacement
                .putObject("deletedRegion")
                .put("startLine", edit.at().line())
                .put("startColumn", edit.at().column())
                .put("endLine", edit.at().line())
                .put("endColumn", edit.at().column() + edit.length());
        replacement.putObject("insertedContent").put("text", edit.replacement());
    }

    private static String uri(String path) {
        return path.replace('\\', '/').replace("%", "%25").replace(" ", "%20");
    }

    private static String level(Severity severity) {
        return switch (severity) {
            case ERROR -> "error";
            case WARNING -> "warning";
            case ADVICE -> "note";
        };
    }
}
