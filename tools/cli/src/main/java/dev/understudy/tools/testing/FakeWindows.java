package dev.understudy.tools.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.understudy.safe.RegistryKey;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Registry and scheduled tasks of a Windows that is not there; both outlive a loss of power.
final class FakeWindows {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long EXACT_MAX = 1L << 53;

    private final Map<String, Map<String, JsonNode>> registry =
            new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, String> tasks = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Setting setting;

    FakeWindows(Setting setting) {
        this.setting = setting;
    }

    private void mustBe(String function) throws Refusal {
        if (!setting.isWindows()) {
            throw new Refusal(
                    "PlatformError", function + " is there on Windows only; this node runs Linux");
        }
    }

    static String key(String text) throws Refusal {
        return RegistryKey.of(text)
                .orElseThrow(() ->
                        new Refusal(
                                "ArgumentError",
                                "'" + text + "' is no key; write it as HKLM\\SOFTWARE\\…"));
    }

    /// Puts a value there, as a test asks.
    void put(String key, String name, JsonNode value) throws Refusal {
        registry.computeIfAbsent(key(key), _ -> new TreeMap<>(String.CASE_INSENSITIVE_ORDER))
                .put(name, value);
    }

    /// Gives a value, null as JSON if there is none.
    JsonNode value(String key, String name) throws Refusal {
        JsonNode value = registry.getOrDefault(key(key), Map.of()).get(name);
        return value == null ? NullNode.instance : value;
    }

    /// Puts a task there, as a test asks.
    void task(String path, String state) {
        tasks.put(path, state);
    }

    /// Gives a task's state, null as JSON if there is none.
    JsonNode taskState(String path) {
        String state = tasks.get(path);
        return state == null ? NullNode.instance : TextNode.valueOf(state);
    }

    /// The power goes: no task runs any more.
    void powerOff() {
        tasks.replaceAll((_, state) -> state.equals("running") ? "ready" : state);
    }

    /// Carries out `registry.*`.
    JsonNode registry(String function, JsonNode arguments) throws Refusal {
        mustBe(function);
        String key = key(arguments.path(0).asText());
        boolean write = Set.of("registry.set", "registry.remove").contains(function);
        new Permissions(setting).key(key, write);
        String name = arguments.path(1).asText();
        return switch (function) {
            case "registry.get" -> value(key, name);
            case "registry.list" -> below(key);
            case "registry.set" -> {
                check(arguments.path(2));
                put(key, name, arguments.path(2));
                yield NullNode.instance;
            }
            default ->
                    BooleanNode.valueOf(
                            registry.containsKey(key)
                                    && registry.getOrDefault(key, Map.of()).remove(name) != null);
        };
    }

    private static void check(JsonNode value) throws Refusal {
        boolean isNumber =
                value.isIntegralNumber() && value.asLong() >= 0 && value.asLong() <= EXACT_MAX;
        boolean isFit =
                value.isArray()
                        ? value.valueStream().allMatch(v -> isPlain(v) && !v.asText().isEmpty())
                        : isNumber || isPlain(value);
        if (!isFit) {
            throw new Refusal(
                    "ArgumentError",
                    "registry.set: a value is a text without quotation marks, a number from 0 or a list of texts");
        }
    }

    private static boolean isPlain(JsonNode value) {
        return value.isTextual() && value.asText().chars().noneMatch(c -> c < ' ' || c == '"');
    }

    private JsonNode below(String key) {
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (String one : registry.keySet()) {
            if (RegistryKey.isBelow(one, key) && one.length() > key.length()) {
                names.add(one.substring(key.length() + 1).split("\\\\", 2)[0]);
            }
        }
        return JSON.valueToTree(names);
    }

    /// Carries out `tasks.*`.
    JsonNode tasks(String function, JsonNode arguments) throws Refusal {
        mustBe(function);
        String path = arguments.path(0).asText();
        if (!path.startsWith("\\")) {
            throw new Refusal(
                    "ArgumentError",
                    "'" + path + "' is no path of a task; write it as \\Folder\\Name");
        }
        new Permissions(setting).task(path);
        if (function.equals("tasks.status")) {
            return taskState(path);
        }
        String state = tasks.get(path);
        if (state == null) {
            throw new Refusal("IoError", "there is no task " + path);
        }
        switch (function) {
            case "tasks.enable" -> tasks.put(path, state.equals("disabled") ? "ready" : state);
            case "tasks.disable" -> tasks.put(path, "disabled");
            case "tasks.run" -> {
                if (state.equals("disabled")) {
                    throw new Refusal("IoError", "the task " + path + " is disabled");
                }
                tasks.put(path, "running");
            }
            default -> tasks.put(path, state.equals("running") ? "ready" : state);
        }
        return NullNode.instance;
    }
}
