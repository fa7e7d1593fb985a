package dev.understudy.safe.read;

import dev.understudy.safe.Durations;
import dev.understudy.safe.Node;
import dev.understudy.safe.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Takes typed values out of a mapping that has passed its schema.
record Fields(Node.Mapping node) {
    boolean has(String key) {
        return node.get(key) != null;
    }

    Set<String> keys() {
        return node.members().keySet();
    }

    Position position(String key) {
        Node value = node.get(key);
        return value == null ? node.position() : value.position();
    }

    /// Gives the mapping below a key; an empty one when there is none.
    Fields in(String key) {
        return node.get(key) instanceof Node.Mapping m
                ? new Fields(m)
                : new Fields(new Node.Mapping(node.position(), Map.of()));
    }

    List<Fields> items(String key) {
        List<Fields> items = new ArrayList<>();
        ManifestMapper.mappings(node.get(key)).forEach(m -> items.add(new Fields(m)));
        return items;
    }

    List<String> texts(String key) {
        return ManifestMapper.texts(node.get(key));
    }

    String text(String key, String otherwise) {
        return node.get(key) instanceof Node.Scalar s ? s.text() : otherwise;
    }

    Optional<String> optional(String key) {
        return Optional.of(text(key, "")).filter(text -> !text.isEmpty());
    }

    boolean isOn(String key, boolean otherwise) {
        return text(key, otherwise ? "on" : "off").equals("on");
    }

    int number(String key, int otherwise) {
        return node.get(key) instanceof Node.Scalar s && s.value() instanceof Long n
                ? Math.toIntExact(n)
                : otherwise;
    }

    Duration duration(String key, Duration otherwise) {
        return Durations.parse(text(key, "")).orElse(otherwise);
    }

    <E extends Enum<E>> E word(String key, E otherwise, Class<E> type) {
        String text = text(key, "");
        return text.isEmpty()
                ? otherwise
                : Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
