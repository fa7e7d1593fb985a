package dev.understudy.safe.read;

import dev.understudy.safe.Durations;
import dev.understudy.safe.Manifest;
import dev.understudy.safe.Node;
import dev.understudy.safe.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Turns a `module.yaml` that fits its schema into a [Manifest].
final class ManifestMapper {
    private ManifestMapper() {}

    static Manifest map(Node.Mapping root) {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        if (root.get("parameters") instanceof Node.Mapping declared) {
            declared.members()
                    .forEach((name, member) -> parameters.put(name, parameter(name, member)));
        }
        Node objectives = root.get("objectives");
        return new Manifest(
                root.text("name"),
                root.text("version"),
                root.text("title").isEmpty() ? root.text("name") : root.text("title"),
                Manifest.Kind.valueOf(root.text("kind").toUpperCase(Locale.ROOT)),
                texts(root.get("platforms")),
                parameters,
                root.get("permissions") instanceof Node.Mapping p
                        ? permissions(p)
                        : Manifest.Permissions.NONE,
                objectives instanceof Node.Mapping o
                        ? Durations.parse(o.text("recovery-time"))
                        : Optional.empty());
    }

    private static Parameter parameter(String name, Node.Member member) {
        Node.Mapping body = (Node.Mapping) member.value();
        Map<String, String> defaults = new LinkedHashMap<>();
        switch (body.get("default")) {
            case Node.Scalar s -> defaults.put(Parameter.EVERYWHERE, s.text());
            case Node.Mapping m ->
                    m.members().keySet().forEach(key -> defaults.put(key, m.text(key)));
            case null, default -> {}
        }
        return new Parameter(
                name,
                Parameter.Type.valueOf(body.text("type").toUpperCase(Locale.ROOT)),
                body.text("description"),
                defaults,
                body.text("optional").equals("on"),
                texts(body.get("values")),
                member.keyPosition());
    }

    /// Reads permissions; also used after references have been replaced.
    static Manifest.Permissions permissions(Node.Mapping root) {
        List<Manifest.Program> programs = new ArrayList<>();
        for (Node.Mapping item : mappings(root.get("programs"))) {
            programs.add(
                    new Manifest.Program(
                            item.text("path"),
                            Optional.of(item.text("user")).filter(u -> !u.isEmpty())));
        }
        List<Manifest.PathPermission> paths = new ArrayList<>();
        for (Node.Mapping item : mappings(root.get("paths"))) {
            paths.add(
                    new Manifest.PathPermission(
                            item.text("path"), item.text("access").equals("write")));
        }
        List<Manifest.RegistryPermission> registry = new ArrayList<>();
        for (Node.Mapping item : mappings(root.get("registry"))) {
            registry.add(
                    new Manifest.RegistryPermission(
                            item.text("key"), item.text("access").equals("write")));
        }
        return new Manifest.Permissions(
                !(root.get("services") instanceof Node.Sequence),
                texts(root.get("services")),
                programs,
                paths,
                texts(root.get("hosts")),
                registry,
                texts(root.get("tasks")));
    }

    static List<String> texts(@org.jspecify.annotations.Nullable Node node) {
        List<String> texts = new ArrayList<>();
        if (node instanceof Node.Sequence list) {
            for (Node item : list.items()) {
                if (item instanceof Node.Scalar scalar) {
                    texts.add(scalar.text());
                }
            }
        }
        return texts;
    }

    static List<Node.Mapping> mappings(@org.jspecify.annotations.Nullable Node node) {
        List<Node.Mapping> mappings = new ArrayList<>();
        if (node instanceof Node.Sequence list) {
            for (Node item : list.items()) {
                if (item instanceof Node.Mapping mapping) {
                    mappings.add(mapping);
                }
            }
        }
        return mappings;
    }
}
