package dev.understudy.safe.lint;

import dev.understudy.safe.Node;
import dev.understudy.safe.Platform;
import dev.understudy.safe.Position;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.UserConfig;

/// A resolved configuration with the places of what it says.
///
/// @param tree as resolved: items of other platforms are gone
public record ConfigView(
        SafeModule module, Platform platform, UserConfig config, Node.Mapping tree) {

    /// Gives the place of a key: each step is a key, or in a list the `id` of an item.
    ///
    /// @return the place of the nearest one that is there
    public Position at(String... steps) {
        Node node = tree;
        Position position = tree.position();
        for (String step : steps) {
            Node next =
                    switch (node) {
                        case Node.Mapping m -> m.get(step);
                        case Node.Sequence s -> item(s, step);
                        case Node.Scalar _ -> null;
                    };
            if (next == null) {
                return position;
            }
            position = next.position();
            node = next;
        }
        return position;
    }

    private static @org.jspecify.annotations.Nullable Node item(Node.Sequence list, String id) {
        for (Node item : list.items()) {
            if (item instanceof Node.Mapping m && m.text("id").equals(id)) {
                return m;
            }
        }
        return null;
    }
}
