package dev.understudy.safe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A value of a configuration file, with its place: what is left of YAML after reading.
public sealed interface Node {
    /// Where it begins.
    Position position();

    /// Keys and values in the order of the file; each key once.
    record Mapping(Position position, Map<String, Member> members) implements Node {
        public Mapping {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        /// Gives the value of a key.
        public @Nullable Node get(String key) {
            Member member = members.get(key);
            return member == null ? null : member.value();
        }

        /// Gives the text of a key whose value is a scalar, else an empty text.
        public String text(String key) {
            return get(key) instanceof Scalar scalar ? scalar.text() : "";
        }

        /// Gives the place of a key, or of the whole when there is none.
        public Position keyPosition(String key) {
            Member member = members.get(key);
            return member == null ? position : member.keyPosition();
        }
    }

    /// One key of a mapping.
    record Member(Position keyPosition, Node value) {}

    /// A list.
    record Sequence(Position position, List<Node> items) implements Node {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /// A single value.
    ///
    /// @param value String, Long, Double or null
    /// @param text as written, quotes and escapes resolved
    record Scalar(Position position, @Nullable Object value, String text) implements Node {}
}
