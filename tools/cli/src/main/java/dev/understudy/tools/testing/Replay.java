package dev.understudy.tools.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.safe.SafeModule;
import dev.understudy.script.ScriptBench;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Runs a hook again with what it was told when it was recorded (`trace` of the daemon): the same
/// answers, errors and times, without the machine.
public final class Replay {
    /// What came of it.
    ///
    /// @param lines what happened, in order
    /// @param end how it ended now, as `OK` or `FAILED message at place`
    /// @param recorded how it ended then
    /// @param problem where the script asks for something else than it did then; empty = nowhere
    /// @param unused calls of the trace that were not asked for
    public record Outcome(
            List<String> lines, String end, String recorded, String problem, int unused) {
        public Outcome {
            lines = List.copyOf(lines);
        }

        /// Tells whether the run went as it did then.
        public boolean isSame() {
            return problem.isEmpty() && unused == 0 && end.equals(recorded);
        }
    }

    private Replay() {}

    /// Runs the hook of a trace.
    ///
    /// @param module with the script, the same or a mended one
    public static Outcome run(JsonNode trace, SafeModule module) {
        try (ScriptBench bench = new ScriptBench()) {
            return run(trace, module, bench);
        }
    }

    /// Runs the hook of a trace on an engine that is there already.
    static Outcome run(JsonNode trace, SafeModule module, ScriptBench bench) {
        Map<String, String> scripts = new TreeMap<>();
        module.archive()
                .files()
                .forEach((path, file) -> {
                    if (path.endsWith(".js")) {
                        scripts.put(path, file.text());
                    }
                });
        Recorded host = new Recorded(trace);
        ScriptBench.Result end =
                bench.run(
                        scripts,
                        trace.path("entry").asText(),
                        trace.path("context").toString(),
                        trace.path("params").toString(),
                        host,
                        List.of());
        return new Outcome(
                host.lines,
                end.isOk() ? "OK" : failed(end.message(), end.where()),
                recorded(trace.path("end")),
                host.problem,
                host.left.size());
    }

    private static String recorded(JsonNode end) {
        return end.path("kind").asText().equals("OK")
                ? "OK"
                : failed(end.path("message").asText(), end.path("where").asText());
    }

    private static String failed(String message, String where) {
        return "FAILED " + message + (where.isEmpty() ? "" : " at " + where);
    }

    /// The machine as the trace has it.
    private static final class Recorded implements ScriptBench.Host {
        private record Due(long atMs, long order, Runnable action) {}

        private final List<JsonNode> left = new ArrayList<>();
        private final List<String> lines = new ArrayList<>();
        private final PriorityQueue<Due> due =
                new PriorityQueue<>(
                        Comparator.comparingLong(Due::atMs).thenComparingLong(Due::order));
        private final long startedAtMs;
        private long nowMs;
        private long order;
        private String problem = "";
        private ScriptBench.@Nullable Control control;

        Recorded(JsonNode trace) {
            trace.path("calls").forEach(left::add);
            startedAtMs = trace.path("startedAtMs").asLong();
            nowMs = startedAtMs;
        }

        @Override
        public void begins(ScriptBench.Control begun) {
            control = begun;
        }

        @Override
        public void log(String level, String text, String fields) {
            line("log " + level + ": " + text + (fields.isEmpty() ? "" : " " + fields));
        }

        private void line(String text) {
            lines.add("%7d ms  %s".formatted(nowMs - startedAtMs, text));
        }

        // Calls that run at the same time may have begun in another order: the first equal one is
        // it.
        @Override
        public void call(ScriptBench.Call call) {
            String asked = call.function() + call.arguments();
            for (JsonNode one : left) {
                boolean isIt =
                        one.path("function").asText().equals(call.function())
                                && one.path("arguments").equals(call.arguments());
                if (isIt) {
                    left.remove(one);
                    later(one.path("ms").asLong(), () -> answer(call, asked, one));
                    return;
                }
            }
            if (problem.isEmpty()) {
                problem =
                        "%s%s is asked for, and the trace goes on with %s"
                                .formatted(
                                        asked,
                                        call.at().isEmpty() ? "" : " at " + call.at(),
                                        left.isEmpty()
                                                ? "nothing"
                                                : left.getFirst().path("function").asText()
                                                        + left.getFirst().path("arguments"));
            }
            java.util.Objects.requireNonNull(control).kill();
        }

        private void answer(ScriptBench.Call call, String asked, JsonNode one) {
            String note = one.path("isCut").asBoolean() ? " (cut in the trace)" : "";
            JsonNode error = one.path("error");
            if (one.has("value")) {
                line(asked + " -> " + one.path("value") + note);
                call.reply(one.path("value"));
            } else if (error.isObject()) {
                line(
                        asked
                                + " -> "
                                + error.path("name").asText()
                                + ": "
                                + error.path("message").asText()
                                + note);
                Map<String, Object> fields = new HashMap<>();
                error.properties()
                        .forEach(e -> {
                            if (!e.getKey().equals("name") && !e.getKey().equals("message")) {
                                fields.put(e.getKey(), e.getValue());
                            }
                        });
                call.fail(error.path("name").asText(), error.path("message").asText(), fields);
            } else {
                line(asked + " had no answer when the run ended");
            }
        }

        @Override
        public void after(Duration duration, Runnable action) {
            later(duration.toMillis(), action);
        }

        private void later(long ms, Runnable action) {
            due.add(new Due(nowMs + ms, order++, action));
        }

        @Override
        public boolean next() {
            Due one = due.poll();
            if (one == null) {
                return false;
            }
            nowMs = Math.max(nowMs, one.atMs());
            one.action().run();
            return true;
        }

        @Override
        public long nowMs() {
            return nowMs;
        }
    }
}
