package dev.understudy.safe.lint;

import dev.understudy.safe.Node;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds two items of one list with the same id.
final class DuplicateId implements ConfigRule {
    @Override
    public String id() {
        return "C022";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        view.tree().members().forEach((key, member) -> list(key, member.value(), sink));
        if (view.tree().get("replication") instanceof Node.Mapping replication) {
            list("directories", replication.get("directories"), sink);
        }
    }

    private static void list(String key, @Nullable Node node, Sink sink) {
        if (!(node instanceof Node.Sequence list)) {
            return;
        }
        Set<String> seen = new HashSet<>();
        for (Node item : list.items()) {
            // Resources are <type>.<id>: checkers of two types may share an id.
            if (item instanceof Node.Mapping m
                    && m.get("id") instanceof Node.Scalar id
                    && !seen.add(
                            key.equals("checkers")
                                    ? m.text("type") + "." + id.text()
                                    : id.text())) {
                sink.add(
                        id.position(),
                        "'%s' is there twice in %s".formatted(id.text(), key),
                        "give each its own id, or disjoint platforms");
            }
        }
    }
}
