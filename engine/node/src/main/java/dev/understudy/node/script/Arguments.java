package dev.understudy.node.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.script.api.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The arguments of a call, read strictly: what is not as described is refused with its name.
final class Arguments {
    private final String function;
    private final JsonNode values;
    private final Map<String, String> secrets;

    /// Wraps them.
    ///
    /// @param secrets texts of the secret parameters by name
    Arguments(String function, JsonNode values, Map<String, String> secrets) {
        this.function = function;
        this.values = values;
        this.secrets = secrets;
    }

    CallException wrong(String what) {
        return new CallException("ArgumentError", function + ": " + what);
    }

    /// Gives an argument as it came; missing = not given.
    JsonNode value(int index) {
        return values.path(index);
    }

    String text(int index, String name) throws CallException {
        JsonNode value = values.path(index);
        if (!value.isTextual() || value.asText().indexOf('\0') >= 0) {
            throw wrong(name + " must be a text");
        }
        return value.asText();
    }

    Optional<String> optionalText(int index, String name) throws CallException {
        return isAbsent(values.path(index)) ? Optional.empty() : Optional.of(text(index, name));
    }

    int integer(int index, String name, int min, int max) throws CallException {
        JsonNode value = values.path(index);
        if (!value.isNumber() || value.asDouble() < min || value.asDouble() > max) {
            throw wrong(name + " must be a number from " + min + " to " + max);
        }
        return value.asInt();
    }

    Optional<Integer> optionalInteger(int index, String name, int min, int max)
            throws CallException {
        return isAbsent(values.path(index))
                ? Optional.empty()
                : Optional.of(integer(index, name, min, max));
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    /// Reads a program and its arguments; numbers become texts.
    List<String> argv(int index) throws CallException {
        JsonNode list = values.path(index);
        if (!list.isArray() || list.isEmpty()) {
            throw wrong("argv must be a list: ['/absolute/program', 'argument', …]");
        }
        List<String> argv = new ArrayList<>();
        for (JsonNode value : list) {
            if (isSecret(value)) {
                throw wrong("a secret must not be an argument, all users see it; use input or env");
            }
            if (!(value.isTextual() || value.isNumber()) || value.asText().indexOf('\0') >= 0) {
                throw wrong("argv must be texts and numbers");
            }
            argv.add(value.asText());
        }
        return argv;
    }

    /// Checks that the options object has no other keys.
    void options(int index, Set<String> known) throws CallException {
        JsonNode options = values.path(index);
        if (!isAbsent(options) && !options.isObject()) {
            throw wrong("options must be an object");
        }
        for (Map.Entry<String, JsonNode> entry : options.properties()) {
            if (!known.contains(entry.getKey())) {
                throw wrong("no option " + entry.getKey() + "; there are " + new TreeSet<>(known));
            }
        }
    }

    Duration duration(int index, String key, Duration otherwise) throws CallException {
        JsonNode value = values.path(index).path(key);
        if (isAbsent(value)) {
            return otherwise;
        }
        try {
            if (value.isNumber() && value.asLong() >= 0) {
                return Duration.ofMillis(value.asLong());
            }
            return Durations.parse(value.asText());
        } catch (IllegalArgumentException e) {
            throw wrong(key + ": " + e.getMessage());
        }
    }

    /// Reads a text option; a secret gives its text.
    Optional<String> option(int index, String key) throws CallException {
        JsonNode value = values.path(index).path(key);
        return isAbsent(value) ? Optional.empty() : Optional.of(reveal(value, key));
    }

    /// Reads an object of texts; secrets give their texts.
    Map<String, String> texts(int index, String key) throws CallException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : values.path(index).path(key).properties()) {
            if (entry.getKey().isEmpty()
                    || entry.getKey().indexOf('=') >= 0
                    || entry.getKey().indexOf('\0') >= 0) {
                throw wrong(key + ": '" + entry.getKey() + "' is no name");
            }
            texts.put(entry.getKey(), reveal(entry.getValue(), key));
        }
        return texts;
    }

    Set<Integer> integers(int index, String key, Set<Integer> otherwise) throws CallException {
        JsonNode list = values.path(index).path(key);
        if (isAbsent(list)) {
            return otherwise;
        }
        Set<Integer> numbers = new TreeSet<>();
        for (JsonNode value : list) {
            if (!value.isInt()) {
                throw wrong(key + " must be a list of numbers");
            }
            numbers.add(value.asInt());
        }
        return numbers;
    }

    private String reveal(JsonNode value, String key) throws CallException {
        if (isSecret(value)) {
            String secret = secrets.get(value.path("$secret").asText());
            if (secret == null) {
                throw wrong(key + ": no such secret");
            }
            return secret;
        }
        if (!value.isTextual() || value.asText().indexOf('\0') >= 0) {
            throw wrong(key + " must be a text");
        }
        return value.asText();
    }

    private static boolean isSecret(JsonNode value) {
        return value.isObject() && value.path("$secret").isTextual();
    }
}
