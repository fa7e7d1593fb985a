package dev.understudy.tools.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.safe.Platform;
import dev.understudy.safe.SafeModule;
import dev.understudy.script.ScriptBench;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Runs the tests that the module brings along, each on a machine of its own.
final class AuthorTests {
    static final List<String> FUNCTIONS =
            List.of(
                    "service",
                    "failStart",
                    "hangStop",
                    "kill",
                    "file",
                    "read",
                    "exists",
                    "program",
                    "ran",
                    "port",
                    "http",
                    "process",
                    "registry",
                    "registryValue",
                    "task",
                    "taskState",
                    "resource",
                    "log",
                    "now",
                    "start",
                    "stop",
                    "run",
                    "check");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENTRY = "tests/__run.js";

    private final SafeModule module;
    private final Platform platform;
    private final ScriptBench bench;
    private final Set<String> covered;
    private final Set<String> own = new TreeSet<>();
    private final List<String> files;
    private final Map<String, JsonNode> listed = new LinkedHashMap<>();
    private final List<CaseResult> broken = new ArrayList<>();

    AuthorTests(SafeModule module, Platform platform, ScriptBench bench, Set<String> covered) {
        this.module = module;
        this.platform = platform;
        this.bench = bench;
        this.covered = covered;
        this.files =
                module.archive().files().keySet().stream()
                        .filter(f -> f.startsWith("tests/") && f.endsWith(".js"))
                        .filter(f -> !f.startsWith("tests/lib/"))
                        .toList();
        list();
    }

    private void list() {
        Machine machine = new Machine(Setting.of(module, Map.of(), platform));
        for (String file : files) {
            ScriptBench.Result end = run(machine, file, Map.of("list", true), own);
            try {
                if (end.isOk()) {
                    listed.put(file, JSON.readTree(end.value()));
                } else {
                    broken.add(new CaseResult(file, "can be read", text(end), 0));
                }
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                broken.add(new CaseResult(file, "can be read", String.valueOf(e), 0));
            }
        }
    }

    /// Names the scripts that the author's tests ran.
    Set<String> covered() {
        return own;
    }

    /// Gives the values that the first test asks for, for the cases that hold for every module.
    Map<String, String> parameters() {
        for (JsonNode list : listed.values()) {
            for (JsonNode one : list.path("cases")) {
                if (one.path("options").path("params").isObject()) {
                    return values(one.path("options"));
                }
            }
        }
        return Map.of();
    }

    private static Map<String, String> values(JsonNode options) {
        Map<String, String> values = new LinkedHashMap<>();
        options.path("params")
                .properties()
                .forEach(e -> values.put(e.getKey(), e.getValue().asText()));
        return values;
    }

    /// Prepares a machine by the `setup` of each file.
    void prepare(Machine machine) {
        listed.forEach((file, list) -> {
            if (list.path("setup").asBoolean()) {
                ScriptBench.Result end = run(machine, file, Map.of("setup", true), covered);
                if (!end.isOk()) {
                    throw new IllegalArgumentException(file + ": setup: " + text(end));
                }
            }
        });
    }

    /// Looks at the invariants; gives the first that does not hold.
    String invariants(Machine machine) {
        for (Map.Entry<String, JsonNode> e : listed.entrySet()) {
            if (!e.getValue().path("invariants").isEmpty()) {
                ScriptBench.Result end =
                        run(machine, e.getKey(), Map.of("invariants", true), covered);
                if (!end.isOk()) {
                    return text(end);
                }
            }
        }
        return "";
    }

    /// Runs all tests.
    List<CaseResult> run() {
        List<CaseResult> results = new ArrayList<>(broken);
        listed.forEach((file, list) -> {
            int index = 0;
            for (JsonNode one : list.path("cases")) {
                results.add(one(file, one, index++));
            }
        });
        return results;
    }

    /// Names the tests: `tests/start.js: what is true`.
    List<String> names() {
        List<String> names = new ArrayList<>();
        listed.forEach((file, list) ->
                list.path("cases")
                        .forEach(one -> names.add(file + ": " + one.path("name").asText())));
        return names;
    }

    /// Runs the test of that name.
    ///
    /// @param begins is told before its first statement
    CaseResult run(String name, Runnable begins) {
        for (Map.Entry<String, JsonNode> e : listed.entrySet()) {
            int index = 0;
            for (JsonNode one : e.getValue().path("cases")) {
                if (name.equals(e.getKey() + ": " + one.path("name").asText())) {
                    return one(e.getKey(), one, index, begins);
                }
                index++;
            }
        }
        throw new IllegalArgumentException("no test " + name);
    }

    private CaseResult one(String file, JsonNode one, int index) {
        return one(file, one, index, () -> {});
    }

    private CaseResult one(String file, JsonNode one, int index, Runnable begins) {
        String name = one.path("name").asText();
        try {
            Machine machine =
                    new Machine(Setting.of(module, values(one.path("options")), platform));
            prepare(machine);
            long begun = machine.nowMs();
            begins.run();
            ScriptBench.Result end = run(machine, file, Map.of("case", index), own);
            return new CaseResult(file, name, end.isOk() ? "" : text(end), machine.nowMs() - begun);
        } catch (IllegalArgumentException e) {
            return new CaseResult(file, name, String.valueOf(e.getMessage()), 0);
        }
    }

    private ScriptBench.Result run(
            Machine machine, String file, Map<String, Object> ctx, Set<String> ran) {
        Map<String, String> scripts = new TreeMap<>(machine.setting.scripts());
        String name = file.substring(file.indexOf('/') + 1);
        scripts.put(
                ENTRY, "import './" + name + "';\nexport { __run as default } from 'safe/test';\n");
        try {
            return bench.run(
                    scripts,
                    ENTRY,
                    JSON.writeValueAsString(ctx),
                    JSON.writeValueAsString(machine.setting.params()),
                    new TestHost(machine, new Hooks(bench, machine, ran)),
                    FUNCTIONS);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("plain values", e);
        }
    }

    private static String text(ScriptBench.Result end) {
        String message = end.message().replaceFirst("^TestFailure: ", "");
        return (end.where().isEmpty() ? "" : end.where() + " ") + message;
    }
}
