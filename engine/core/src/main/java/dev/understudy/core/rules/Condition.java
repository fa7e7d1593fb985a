package dev.understudy.core.rules;

import java.util.List;
import java.util.stream.Stream;

/// When a failover rule holds: comparisons of resources with values, joined.
public sealed interface Condition {
    /// Where values come from.
    interface View {
        /// Gives what is known of a resource.
        ///
        /// @param isRemote the peer's, not the node's own
        Value of(boolean isRemote, String resource);
    }

    /// Tells whether the condition holds; pure.
    boolean holds(View view);

    /// Gives the comparisons that it is made of, from left to right.
    Stream<Is> comparisons();

    /// Holds if one of the resources has the value.
    ///
    /// @param resources those that a name or a pattern stands for
    record Is(boolean isRemote, List<String> resources, Value value) implements Condition {
        public Is {
            resources = List.copyOf(resources);
        }

        @Override
        public boolean holds(View view) {
            return resources.stream().anyMatch(one -> view.of(isRemote, one) == value);
        }

        @Override
        public Stream<Is> comparisons() {
            return Stream.of(this);
        }
    }

    /// Holds if the other does not.
    record Not(Condition other) implements Condition {
        @Override
        public boolean holds(View view) {
            return !other.holds(view);
        }

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
        public boolean holds(View view) {
            return parts.stream().allMatch(part -> part.holds(view));
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
        public boolean holds(View view) {
            return parts.stream().anyMatch(part -> part.holds(view));
        }

        @Override
        public Stream<Is> comparisons() {
            return parts.stream().flatMap(Condition::comparisons);
        }
    }
}
