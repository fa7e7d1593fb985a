package dev.understudy.node.api;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Compares a value with the rules of JSON Schema that the API's document uses. Pure.
///
/// Values are maps, lists, texts, numbers, truth values and null, as a JSON parser makes them.
///
/// @see "JSON Schema 2020-12, Validation 6"
final class Schema {
    /// What is understood; the document may use nothing else in what is sent to the server.
    static final Set<String> KEYWORDS =
            Set.of(
                    "$ref",
                    "type",
                    "enum",
                    "pattern",
                    "maxLength",
                    "minimum",
                    "maximum",
                    "properties",
                    "required",
                    "additionalProperties",
                    "minProperties",
                    "maxProperties",
                    "items",
                    "maxItems");

    private final Function<String, Object> references;
    private final Map<String, Pattern> patterns = new ConcurrentHashMap<>();

    /// @param references finds what a `$ref` points to
    Schema(Function<String, Object> references) {
        this.references = references;
    }

    /// Tells whether only whole numbers fit.
    boolean isInteger(Object schema) {
        return "integer".equals(rules(schema).get("type"));
    }

    /// Says what does not fit; null if all does.
    ///
    /// @param place name of the value, as `member.name`; empty for a whole body
    @Nullable String misfit(String place, @Nullable Object value, Object schema) {
        Map<?, ?> rules = rules(schema);
        String name = place.isEmpty() ? "the body" : place;
        Object type = rules.get("type");
        if (type != null && !isOfType(value, type)) return name + " is no " + words(type);
        if (rules.get("enum") instanceof List<?> known && !known.contains(value)) {
            return name + " is none of " + words(known);
        }
        return switch (value) {
            case String text -> text(name, text, rules);
            case Number number -> number(name, number.doubleValue(), rules);
            case List<?> list -> items(place, list, rules);
            case Map<?, ?> map -> properties(place, name, map, rules);
            case null, default -> null;
        };
    }

    private Map<?, ?> rules(Object schema) {
        Map<?, ?> rules = (Map<?, ?>) schema;
        return rules.get("$ref") instanceof String reference
                ? rules(references.apply(reference))
                : rules;
    }

    private static boolean isOfType(@Nullable Object value, Object type) {
        if (type instanceof List<?> several) {
            return several.stream().anyMatch(one -> isOfType(value, one));
        }
        return switch (String.valueOf(type)) {
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "number" -> value instanceof Number;
            case "integer" ->
                    value instanceof Number number
                            && number.doubleValue() == Math.rint(number.doubleValue());
            case "null" -> value == null;
            default -> throw new IllegalStateException("unknown type in the document: " + type);
        };
    }

    private static String words(Object type) {
        return type instanceof List<?> several
                ? String.join(", ", several.stream().map(String::valueOf).toList())
                : String.valueOf(type);
    }

    private @Nullable String text(String name, String text, Map<?, ?> rules) {
        if (rules.get("maxLength") instanceof Number most
                && text.codePointCount(0, text.length()) > most.intValue()) {
            return name + " is longer than " + most + " characters";
        }
        if (rules.get("pattern") instanceof String pattern
                && !patterns.computeIfAbsent(pattern, Schema::compile).matcher(text).find()) {
            return name + " does not match " + pattern;
        }
        return null;
    }

    /// The document's patterns are ECMA-262's, where `$` is the very end; Java's own lets a line
    /// feed follow.
    private static Pattern compile(String pattern) {
        return Pattern.compile(
                pattern.endsWith("$")
                        ? pattern.substring(0, pattern.length() - 1) + "\\z"
                        : pattern);
    }

    private static @Nullable String number(String name, double number, Map<?, ?> rules) {
        if (rules.get("minimum") instanceof Number least && number < least.doubleValue()) {
            return name + " is less than " + least;
        }
        if (rules.get("maximum") instanceof Number most && number > most.doubleValue()) {
            return name + " is more than " + most;
        }
        return null;
    }

    private @Nullable String items(String place, List<?> list, Map<?, ?> rules) {
        if (rules.get("maxItems") instanceof Number most && list.size() > most.intValue()) {
            return place + " has more than " + most + " items";
        }
        Object each = rules.get("items");
        if (each == null) return null;
        for (int i = 0; i < list.size(); i++) {
            String problem = misfit(place + "[" + i + "]", list.get(i), each);
            if (problem != null) return problem;
        }
        return null;
    }

    private @Nullable String properties(String place, String name, Map<?, ?> map, Map<?, ?> rules) {
        if (rules.get("minProperties") instanceof Number least && map.size() < least.intValue()) {
            return name + " has fewer than " + least + " entries";
        }
        if (rules.get("maxProperties") instanceof Number most && map.size() > most.intValue()) {
            return name + " has more than " + most + " entries";
        }
        if (rules.get("required") instanceof List<?> required) {
            for (Object key : required) {
                if (!map.containsKey(key)) return name + " lacks " + key;
            }
        }
        Map<?, ?> known = rules.get("properties") instanceof Map<?, ?> some ? some : Map.of();
        Object others = rules.get("additionalProperties");
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String key = String.valueOf(entry.getKey());
            Object each = known.containsKey(key) ? known.get(key) : others;
            if (Boolean.FALSE.equals(each)) return name + " may not have " + key;
            if (!(each instanceof Map<?, ?>)) continue;
            String problem =
                    misfit(place.isEmpty() ? key : place + "." + key, entry.getValue(), each);
            if (problem != null) return problem;
        }
        return null;
    }
}
