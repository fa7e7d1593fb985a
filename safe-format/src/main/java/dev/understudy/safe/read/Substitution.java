package dev.understudy.safe.read;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Node;
import dev.understudy.safe.Parameter;
import dev.understudy.safe.Platform;
import dev.understudy.safe.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Replaces `$(name)` by the values of parameters and drops the list items that do not apply.
///
/// A scalar that is one reference takes the typed value; inside a longer text the value's text is
/// put in. What is put in is never looked at again. `$$(` stands for `$(`.
final class Substitution {
    private final Map<String, Parameter> declared;
    private final Map<String, Object> values;
    private final Platform platform;
    private final List<Finding> findings;
    private final Set<String> used = new LinkedHashSet<>();

    Substitution(
            Map<String, Parameter> declared,
            Map<String, Object> values,
            Platform platform,
            List<Finding> findings) {
        this.declared = declared;
        this.values = values;
        this.platform = platform;
        this.findings = findings;
    }

    /// Gives the names of parameters that were met, also in items that were dropped.
    Set<String> used() {
        return used;
    }

    Node.Mapping apply(Node.Mapping root) {
        return (Node.Mapping) replace(root);
    }

    private Node replace(Node node) {
        return switch (node) {
            case Node.Mapping m -> mapping(m);
            case Node.Sequence s -> sequence(s);
            case Node.Scalar s ->
                    s.value() instanceof String text && text.contains("$(") ? scalar(s, text) : s;
        };
    }

    private Node mapping(Node.Mapping mapping) {
        Map<String, Node.Member> members = new LinkedHashMap<>();
        mapping.members()
                .forEach((key, m) ->
                        members.put(key, new Node.Member(m.keyPosition(), replace(m.value()))));
        return new Node.Mapping(mapping.position(), members);
    }

    private Node sequence(Node.Sequence sequence) {
        List<Node> items = new ArrayList<>();
        for (Node item : sequence.items()) {
            if (item instanceof Node.Mapping mapping && isDropped(mapping)) {
                names(mapping, used);
                continue;
            }
            items.add(replace(item));
        }
        return new Node.Sequence(sequence.position(), items);
    }

    private boolean isDropped(Node.Mapping item) {
        if (!platform.isOneOf(ManifestMapper.texts(item.get("platforms")))) {
            return true;
        }
        if (!item.text("when").equals("set")) {
            return false;
        }
        Set<String> names = new LinkedHashSet<>();
        names(item, names);
        return names.stream().anyMatch(name -> isEmptyOptional(name));
    }

    private boolean isEmptyOptional(String name) {
        Parameter parameter = declared.get(name);
        return parameter != null && parameter.optional() && !values.containsKey(name);
    }

    private static void names(Node node, Set<String> names) {
        switch (node) {
            case Node.Mapping m ->
                    m.members().values().forEach(member -> names(member.value(), names));
            case Node.Sequence s -> s.items().forEach(item -> names(item, names));
            case Node.Scalar s -> {
                for (Part part : parts(s.text())) {
                    if (part.isReference()) {
                        names.add(part.text());
                    }
                }
            }
        }
    }

    private Node scalar(Node.Scalar scalar, String text) {
        List<Part> parts = parts(text);
        if (parts.size() == 1 && parts.getFirst().isReference()) {
            Object value = value(parts.getFirst().text(), scalar.position());
            Object typed = value instanceof Boolean on ? (Object) (on ? "on" : "off") : value;
            return new Node.Scalar(scalar.position(), typed, typed.toString());
        }
        StringBuilder out = new StringBuilder();
        for (Part part : parts) {
            if (part.isBroken()) {
                String remedy = "write $(name), or $$( for the two characters";
                findings.add(
                        Finding.error(
                                "C006",
                                scalar.position(),
                                "'$(' without a parameter name and ')'",
                                remedy));
                return scalar;
            }
            Object value = part.isReference() ? value(part.text(), scalar.position()) : part.text();
            out.append(value instanceof Boolean on ? (on ? "on" : "off") : value);
        }
        return new Node.Scalar(scalar.position(), out.toString(), out.toString());
    }

    private Object value(String name, Position at) {
        used.add(name);
        Parameter parameter = declared.get(name);
        if (parameter == null) {
            String near = Nearest.of(name, declared.keySet());
            String remedy =
                    near.isEmpty()
                            ? "declare it under parameters: in module.yaml"
                            : "did you mean $(" + near + ")?";
            findings.add(
                    Finding.error(
                            "C005", at, "parameter '%s' is not declared".formatted(name), remedy));
            return "$(" + name + ")";
        }
        if (parameter.type() == Parameter.Type.SECRET) {
            findings.add(
                    Finding.error(
                            "C007",
                            at,
                            "secret '%s' must not be in this file".formatted(name),
                            "let a script take it from params and pass it by standard input"));
            return "$(" + name + ")";
        }
        Object value = values.get(name);
        if (value == null) {
            if (parameter.optional()) {
                findings.add(
                        Finding.error(
                                "C008",
                                at,
                                "parameter '%s' may be empty, but this needs a value"
                                        .formatted(name),
                                "add when: set to the list item, or give the parameter a default"));
            }
            return ParameterValues.typedExample(parameter, platform);
        }
        return value;
    }

    /// A piece of a text: as it stands, a reference, or something broken.
    private record Part(String text, @Nullable Boolean reference) {
        boolean isReference() {
            return Boolean.TRUE.equals(reference);
        }

        boolean isBroken() {
            return reference == null;
        }
    }

    private static List<Part> parts(String text) {
        List<Part> parts = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            if (text.startsWith("$$(", i)) {
                plain.append("$(");
                i += 3;
            } else if (text.startsWith("$(", i)) {
                int end = text.indexOf(')', i);
                String name = end < 0 ? "" : text.substring(i + 2, end);
                if (!plain.isEmpty()) {
                    parts.add(new Part(plain.toString(), false));
                    plain.setLength(0);
                }
                if (!name.matches("[a-z][a-z0-9-]{0,31}")) {
                    parts.add(new Part(text.substring(i), null));
                    return parts;
                }
                parts.add(new Part(name, true));
                i = end + 1;
            } else {
                plain.append(text.charAt(i++));
            }
        }
        if (!plain.isEmpty()) {
            parts.add(new Part(plain.toString(), false));
        }
        return parts;
    }
}
