package dev.understudy.tools.author;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.safe.lint.JunitReport;
import dev.understudy.tools.testing.CaseResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes the results of `safe test`.
final class TestReport {
    private TestReport() {}

    /// Writes a line for each case; crash cases of one hook are one line while they hold.
    static String text(List<CaseResult> results, List<String> uncovered) {
        StringBuilder out = new StringBuilder();
        Map<String, List<CaseResult>> groups = new LinkedHashMap<>();
        for (CaseResult r : results) {
            String key =
                    r.group().equals("crash")
                            ? "crash: " + r.name().replaceFirst(" at step .*", "")
                            : r.group() + ": " + r.name();
            groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(r);
        }
        groups.forEach((name, cases) -> {
            boolean ok = cases.stream().allMatch(CaseResult::isOk);
            String count =
                    name.startsWith("crash: ")
                            ? " behind each of %d steps".formatted(cases.size())
                            : "";
            out.append(ok ? "ok      " : "FAILED  ").append(name).append(count);
            out.append('\n');
            cases.stream()
                    .filter(c -> !c.isOk())
                    .forEach(c ->
                            out.append("        ")
                                    .append(c.name())
                                    .append(": ")
                                    .append(c.problem())
                                    .append('\n'));
        });
        long failed = results.stream().filter(r -> !r.isOk()).count();
        if (!uncovered.isEmpty()) {
            out.append("not run by the module's own tests: ");
            out.append(String.join(", ", uncovered)).append('\n');
        }
        out.append("%d cases, %d failed%n".formatted(results.size(), failed));
        return out.toString();
    }

    static String json(List<CaseResult> results, List<String> uncovered) throws IOException {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("cases", results.size());
        answer.put("failed", results.stream().filter(r -> !r.isOk()).count());
        answer.put("uncovered", uncovered);
        answer.put(
                "results",
                results.stream()
                        .map(r ->
                                Map.of(
                                        "group", r.group(),
                                        "name", r.name(),
                                        "ok", r.isOk(),
                                        "problem", r.problem(),
                                        "ms", r.ms()))
                        .toList());
        return new ObjectMapper().writeValueAsString(answer);
    }

    static String junit(String module, List<CaseResult> results) {
        StringBuilder out = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        long failed = results.stream().filter(r -> !r.isOk()).count();
        out.append("<testsuite name=\"").append(JunitReport.xml(module)).append("\" tests=\"");
        out.append(results.size()).append("\" failures=\"").append(failed).append("\">\n");
        for (CaseResult r : results) {
            out.append("  <testcase classname=\"")
                    .append(JunitReport.xml(module + "." + r.group()));
            out.append("\" name=\"").append(JunitReport.xml(r.name())).append("\" time=\"");
            out.append(r.ms() / 1000.0).append('"');
            if (r.isOk()) {
                out.append("/>\n");
            } else {
                out.append("><failure message=\"").append(JunitReport.xml(r.problem()));
                out.append("\"/></testcase>\n");
            }
        }
        return out.append("</testsuite>\n").toString();
    }
}
