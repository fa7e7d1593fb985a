package dev.understudy.tools.author;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.safe.lint.JunitReport;
import dev.understudy.tools.testing.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Writes what came of a simulation.
final class SimulationReport {
    private SimulationReport() {}

    /// All runs into one fault.
    ///
    /// @param slowest the run with the longest outage
    record Row(
            String fault,
            long medianMs,
            long maxMs,
            long slowestSeed,
            boolean bothServed,
            boolean neverServed,
            Simulation.Outcome slowest) {
        /// Tells whether all runs recovered within the objective.
        boolean isGood(Optional<Duration> objective) {
            boolean inTime = objective.map(o -> maxMs <= o.toMillis()).orElse(true);
            return inTime && !bothServed && !neverServed;
        }
    }

    static Row row(String fault, List<Simulation.Outcome> outcomes, long seed) {
        List<Long> sorted = outcomes.stream().map(Simulation.Outcome::outageMs).sorted().toList();
        int slowest = 0;
        for (int i = 0; i < outcomes.size(); i++) {
            boolean worse = outcomes.get(i).outageMs() > outcomes.get(slowest).outageMs();
            slowest = outcomes.get(i).outageMs() < 0 ? i : worse ? i : slowest;
        }
        return new Row(
                fault,
                sorted.get(sorted.size() / 2),
                sorted.getLast(),
                seed + slowest,
                outcomes.stream().anyMatch(Simulation.Outcome::bothServed),
                sorted.getFirst() < 0,
                outcomes.get(slowest));
    }

    private static String seconds(long ms) {
        return String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
    }

    static String text(List<Row> rows, Optional<Duration> objective, boolean timeline) {
        StringBuilder out = new StringBuilder();
        for (Row r : rows) {
            String verdict = r.isGood(objective) ? "ok      " : "FAILED  ";
            out.append(verdict).append("%-18s ".formatted(r.fault()));
            if (r.neverServed()) {
                out.append("nobody serves any more, seed ").append(r.slowestSeed());
            } else {
                out.append("not served for ").append(seconds(r.medianMs()));
                out.append(" (median), ").append(seconds(r.maxMs())).append(" (longest)");
            }
            out.append(r.bothServed() ? ", TWO SERVED AT ONCE" : "").append('\n');
            if (timeline || !r.isGood(objective)) {
                for (Simulation.Moment m : r.slowest().timeline()) {
                    out.append(
                            "          %9.3f s  %-8s  %s%n"
                                    .formatted(m.ms() / 1000.0, m.node(), m.text()));
                }
            }
        }
        objective.ifPresent(
                o -> out.append("objective: ").append(seconds(o.toMillis())).append('\n'));
        return out.toString();
    }

    static String json(List<Row> rows, Optional<Duration> objective) throws IOException {
        Map<String, Object> answer = new LinkedHashMap<>();
        objective.ifPresent(o -> answer.put("objectiveMs", o.toMillis()));
        answer.put("good", rows.stream().allMatch(r -> r.isGood(objective)));
        List<Map<String, Object>> list = new ArrayList<>();
        for (Row r : rows) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("fault", r.fault());
            row.put("medianMs", r.medianMs());
            row.put("maxMs", r.maxMs());
            row.put("seed", r.slowestSeed());
            row.put("bothServed", r.bothServed());
            row.put("good", r.isGood(objective));
            row.put("timeline", r.slowest().timeline());
            list.add(row);
        }
        answer.put("faults", list);
        return new ObjectMapper().writeValueAsString(answer);
    }

    /// Writes one page without anything from elsewhere.
    static String html(String module, List<Row> rows, Optional<Duration> objective) {
        StringBuilder out = new StringBuilder("<!doctype html><meta charset=utf-8><title>");
        out.append(JunitReport.xml(module))
                .append("</title><style>body{font:14px sans-serif;margin:2em}");
        out.append("td{padding:.1em 1em}tr.bad{color:#b00}svg{display:block}</style><h1>");
        out.append(JunitReport.xml(module)).append("</h1>");
        for (Row r : rows) {
            out.append("<h2>").append(r.fault()).append(": not served for ");
            out.append(seconds(r.maxMs())).append(r.isGood(objective) ? "" : " (FAILED)");
            out.append("</h2>").append(svg(r)).append("<table>");
            for (Simulation.Moment m : r.slowest().timeline()) {
                out.append("<tr><td align=right>").append(seconds(m.ms())).append("<td>");
                out.append(m.node()).append("<td>").append(JunitReport.xml(m.text()));
            }
            out.append("</table>");
        }
        return out.append("\n").toString();
    }

    private static String svg(Row r) {
        long end = 1;
        for (Simulation.Moment m : r.slowest().timeline()) {
            end = Math.max(end, m.ms());
        }
        StringBuilder out = new StringBuilder("<svg width=800 height=60>");
        out.append("<rect x=0 y=28 width=800 height=4 fill=#ddd />");
        for (Simulation.Moment m : r.slowest().timeline()) {
            long x = 5 + m.ms() * 790 / end;
            int y = m.node().equals("server2") ? 45 : m.node().isEmpty() ? 30 : 15;
            out.append("<circle r=5 cx=").append(x).append(" cy=").append(y).append(" fill=");
            out.append(m.node().isEmpty() ? "#b00" : "#06c").append("><title>");
            out.append(JunitReport.xml(m.node() + " " + m.text())).append("</title></circle>");
        }
        return out.append("</svg>").toString();
    }
}
