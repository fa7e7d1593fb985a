package dev.understudy.safe;

import java.util.List;
import java.util.stream.Stream;

/// The condition of a failover rule, as its author wrote it.
public sealed interface Condition {
    /// What a resource may be.
    enum State {
        /// The last test passed.
        UP,
        /// So many tests in a row failed as its checker wants.
        DOWN,
        /// Nobody has looked, nobody looks any more, or the node that looks is silent.
        UNKNOWN
    }

    /// Gives the comparisons in the order in which they were written.
    Stream<Is> comparisons();

    /// Holds if a resource has a state.
    ///
    /// @param isRemote the other node's resource
    /// @param resource `<class>.<id>`; `*` and `?` in the id make it a pattern: it holds if one of
    ///   the resources that fit has the state
    /// @param at where the comparison begins in the text, from 1
    record Is(boolean isRemote, String resource, State state, int at) implements Condition {
        @Override
        public Stream<Is> comparisons() {
            return Stream.of(this);
        }

        /// Tells whether the resource is the one of that name, or one that fits the pattern.
        public boolean isAbout(String name) {
            return name.matches(resource.replace(".", "\\.").replace("*", ".*").replace("?", "."));
        }
    }

    /// Holds if the other does not.
    record Not(Condition other) implements Condition {
        @Override
        public Stream<Is> comparisons() {
            return other.comparisons();
        }
    }

    /// Holds if every part does.
    record All(List<Condition> parts) implements Condition {
        public All {
            parts = List.copyOf(parts);
        }

        @Override
        public Stream<Is> comparisons() {
            return parts.stream().flatMap(Condition::comparisons);
        }
    }

    /// Holds if one part does.
    record Any(List<Condition> parts) implements Condition {
        public Any {
            parts = List.copyOf(parts);
        }

        @Override
        public Stream<Is> comparisons() {
            return parts.stream().flatMap(Condition::comparisons);
        }
    }
}
