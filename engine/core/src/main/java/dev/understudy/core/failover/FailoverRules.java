package dev.understudy.core.failover;

import dev.understudy.core.member.Check;
import dev.understudy.core.rules.Condition;
import java.util.List;
import java.util.Set;

/// The failover rules of a module, and the resources that they are about.
///
/// @param rules in the order of the configuration
/// @param watched every resource that a rule names, sorted by name: both nodes of a pair have the
///   same configuration, so the place in this list names a resource in a beat
public record FailoverRules(List<Entry> rules, List<Watched> watched) {
    /// So many resources fit a beat.
    public static final int WATCHED_MAX = 32;

    /// A module without rules.
    public static final FailoverRules NONE = new FailoverRules(List.of(), List.of());

    public FailoverRules {
        rules = List.copyOf(rules);
        watched = List.copyOf(watched);
        Check.argument(
                watched.size() <= WATCHED_MAX, "%d resources in rules", (Object) watched.size());
    }

    /// One rule.
    ///
    /// @param id as in the configuration
    /// @param text the condition as written, for people
    /// @param stableNs for so long without a gap the condition holds before anything is done
    public record Entry(String id, String text, Condition condition, long stableNs, Action action) {
        public Entry {
            Check.argument(stableNs >= 0, "stable for %d ns", stableNs);
        }

        /// The name under which the rule's failure is known, beside those of resources.
        public String resource() {
            return "rule." + id;
        }
    }

    /// A resource that a rule names.
    ///
    /// @param name `<class>.<id>`
    /// @param phases those in which it is looked at; empty if a script says it whenever it likes
    public record Watched(String name, Set<Phase> phases) {
        public Watched {
            phases = Set.copyOf(phases);
        }
    }

    int indexOf(String resource) {
        for (int i = 0; i < watched.size(); i++) {
            if (watched.get(i).name().equals(resource)) {
                return i;
            }
        }
        return -1;
    }
}
