package dev.understudy.node.script;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.understudy.script.wire.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The functions `registry.*` and `tasks.*`, after the permission check.
final class WindowsCalls {
    private static final long EXACT_MAX = 1L << 53; // numbers of JavaScript are exact up to here
    private static final long DWORD_MAX = 0xffff_ffffL;
    private static final Set<String> TYPES =
            Set.of("REG_SZ", "REG_EXPAND_SZ", "REG_DWORD", "REG_QWORD", "REG_MULTI_SZ");

    private final Optional<Host.Windows> windows;
    private final Permits permits;

    WindowsCalls(Host host, Permits permits) {
        this.windows = host.windows();
        this.permits = permits;
    }

    private Host.Windows windows(String function) throws CallException {
        return windows.orElseThrow(() ->
                new CallException(
                        "PlatformError",
                        function + " is there on Windows only; this node runs Linux"));
    }

    JsonNode registry(String function, Arguments arguments)
            throws CallException, InterruptedException {
        WindowsRegistry registry = windows(function).registry();
        boolean isWrite = function.equals("registry.set") || function.equals("registry.remove");
        String key = permits.key(arguments.text(0, "key"), isWrite);
        try {
            return switch (function) {
                case "registry.get" ->
                        registry.get(key, arguments.text(1, "name"))
                                .map(WindowsCalls::json)
                                .orElse(NullNode.instance);
                case "registry.list" -> {
                    ArrayNode names = Wire.JSON.createArrayNode();
                    registry.list(key).forEach(names::add);
                    yield names;
                }
                case "registry.set" -> {
                    registry.set(key, arguments.text(1, "name"), value(arguments));
                    yield NullNode.instance;
                }
                case "registry.remove" ->
                        BooleanNode.valueOf(registry.remove(key, arguments.text(1, "name")));
                default -> throw new CallException("ArgumentError", "no function " + function);
            };
        } catch (IOException e) {
            throw new CallException("IoError", String.valueOf(e.getMessage()));
        }
    }

    private static JsonNode json(WindowsRegistry.Value value) {
        Optional<List<String>> list = value.list();
        if (list.isPresent()) {
            return Wire.JSON.valueToTree(list.get());
        }
        Optional<Long> number = value.number();
        if (number.isEmpty()) {
            return TextNode.valueOf(value.text());
        }
        boolean isExact = number.get() >= 0 && number.get() <= EXACT_MAX;
        return isExact
                ? LongNode.valueOf(number.get())
                : TextNode.valueOf(Long.toUnsignedString(number.get()));
    }

    private static WindowsRegistry.Value value(Arguments arguments) throws CallException {
        JsonNode given = arguments.value(2);
        arguments.options(3, Set.of("type"));
        Optional<String> type = arguments.option(3, "type");
        if (type.isPresent() && !TYPES.contains(type.get())) {
            throw arguments.wrong(
                    "type is one of " + String.join(", ", TYPES.stream().sorted().toList()));
        }
        if (given.isIntegralNumber() && given.asLong() >= 0 && given.asLong() <= EXACT_MAX) {
            String fit = given.asLong() <= DWORD_MAX ? "REG_DWORD" : "REG_QWORD";
            return new WindowsRegistry.Value(
                    expect(arguments, type, fit, "REG_QWORD"),
                    "0x" + Long.toHexString(given.asLong()));
        }
        if (given.isArray()) {
            List<String> texts = new ArrayList<>();
            for (JsonNode one : given) {
                if (!one.isTextual() || one.asText().isEmpty() || one.asText().contains("\\0")) {
                    throw arguments.wrong("a list is of texts, none of them empty");
                }
                texts.add(plain(arguments, one.asText()));
            }
            return new WindowsRegistry.Value(
                    expect(arguments, type, "REG_MULTI_SZ", "REG_MULTI_SZ"),
                    String.join("\\0", texts));
        }
        return new WindowsRegistry.Value(
                expect(arguments, type, "REG_SZ", "REG_EXPAND_SZ"),
                plain(arguments, arguments.text(2, "value")));
    }

    // What would have to be escaped on a command line is refused: each program of Windows has its
    // own way of taking it apart.
    private static String plain(Arguments arguments, String text) throws CallException {
        if (text.chars().anyMatch(c -> c < ' ' || c == '"')) {
            throw arguments.wrong("a text must hold no quotation marks and no line ends");
        }
        return text;
    }

    private static String expect(
            Arguments arguments, Optional<String> type, String normal, String other)
            throws CallException {
        String chosen = type.orElse(normal);
        if (!chosen.equals(normal) && !chosen.equals(other)) {
            throw arguments.wrong("the value is no " + chosen);
        }
        return chosen;
    }

    JsonNode tasks(String function, Arguments arguments)
            throws CallException, InterruptedException {
        WindowsTasks tasks = windows(function).tasks();
        String path = permits.task(arguments.text(0, "path"));
        try {
            switch (function) {
                case "tasks.status" -> {
                    return tasks.status(path)
                            .<JsonNode>map(TextNode::valueOf)
                            .orElse(NullNode.instance);
                }
                case "tasks.enable" -> tasks.enable(path);
                case "tasks.disable" -> tasks.disable(path);
                case "tasks.run" -> tasks.start(path);
                case "tasks.end" -> tasks.end(path);
                default -> throw new CallException("ArgumentError", "no function " + function);
            }
            return NullNode.instance;
        } catch (IOException e) {
            throw new CallException("IoError", String.valueOf(e.getMessage()));
        }
    }
}
