package dev.understudy.safe.lint;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Position;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds what authors allow: `# safe:allow C041 reason` in YAML, `// safe:allow J006 reason` in
/// scripts, on the line itself or on the one before it.
///
/// In `module.yaml` it also allows findings that are about no line. Errors can be allowed only in
/// scripts and permissions, where lint may be wrong; all others are refused by the engine anyway.
public final class Suppressions {
    private static final Pattern COMMENT =
            Pattern.compile("(?:#|//)[ \\t]*safe:allow\\b[ \\t]*([A-Za-z0-9]*)[ \\t]*(.*)");
    private static final Pattern LINE_OF_ITS_OWN = Pattern.compile("[ \\t]*(#|//).*");
    private static final String FAMILIES_WITH_ERRORS = "JPOLT";

    private Suppressions() {}

    /// What is left after looking at the comments.
    public record Result(List<Finding> findings, List<Finding> allowed) {}

    private record Allowance(String id, String reason, Position at, int line) {
        boolean covers(Finding f) {
            boolean here =
                    f.position().path().equals(at.path())
                            && (f.position().line() == line || f.position().line() == at.line());
            boolean whole = !f.position().hasLine() && at.path().equals(SafeModule.MANIFEST);
            return f.id().equals(id) && (here || whole);
        }
    }

    /// Takes the allowed findings out, and adds findings about the comments themselves.
    ///
    /// @param files texts by path
    public static Result apply(List<Finding> findings, Map<String, String> files) {
        List<Finding> left = new ArrayList<>(findings);
        List<Finding> allowed = new ArrayList<>();
        for (Map.Entry<String, String> file : files.entrySet()) {
            for (Allowance a : allowances(file.getKey(), file.getValue())) {
                String problem = problem(a);
                List<Finding> covered = left.stream().filter(a::covers).toList();
                if (!problem.isEmpty()) {
                    left.add(Finding.error("Y009", a.at(), problem, "write: safe:allow C041 why"));
                } else if (covered.stream().anyMatch(f -> !isAllowable(f))) {
                    left.add(
                            Finding.error(
                                    "Y009",
                                    a.at(),
                                    "an error of the rule " + a.id() + " can't be allowed",
                                    "the engine would refuse the module; correct it"));
                } else if (covered.isEmpty() && !Finding.anyError(findings)) {
                    // with errors there are rules that were not run
                    left.add(
                            Finding.warning(
                                    "Y010",
                                    a.at(),
                                    "there is nothing that " + a.id() + " would find here",
                                    "remove the comment"));
                } else {
                    left.removeAll(covered);
                    allowed.addAll(covered);
                }
            }
        }
        left.sort(Linter.IN_FILE_ORDER);
        return new Result(left, allowed);
    }

    private static boolean isAllowable(Finding f) {
        return f.severity() != Severity.ERROR
                || FAMILIES_WITH_ERRORS.indexOf(f.id().charAt(0)) >= 0;
    }

    private static String problem(Allowance a) {
        if (RuleBook.entry(a.id()).isEmpty()) {
            return "there is no rule '%s'".formatted(a.id());
        }
        return a.reason().isEmpty() ? "the reason is missing" : "";
    }

    private static List<Allowance> allowances(String path, String text) {
        List<Allowance> all = new ArrayList<>();
        if (!text.contains("safe:allow") || !(path.endsWith(".yaml") || path.endsWith(".js"))) {
            return all;
        }
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            Matcher m = COMMENT.matcher(lines.get(i));
            if (m.find()) {
                int covers = i + 1;
                while (covers < lines.size()
                        && LINE_OF_ITS_OWN.matcher(lines.get(covers - 1)).matches()) {
                    covers++;
                }
                Position at = new Position(path, i + 1, m.start() + 1);
                all.add(
                        new Allowance(
                                m.group(1).toUpperCase(Locale.ROOT),
                                m.group(2).strip(),
                                at,
                                covers));
            }
        }
        return all;
    }
}
