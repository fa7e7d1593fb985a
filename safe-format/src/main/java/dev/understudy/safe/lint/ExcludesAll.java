package dev.understudy.safe.lint;

import dev.understudy.safe.Replication;
import java.util.Set;

/// Finds exclude patterns that leave nothing to replicate.
final class ExcludesAll implements ConfigRule {
    private static final Set<String> ALL = Set.of("*", "**", "/*", "/**", "**/*", "/");

    @Override
    public String id() {
        return "C043";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (Replication.Directory d : view.config().replication().directories()) {
            for (String pattern : d.exclude()) {
                if (ALL.contains(pattern)) {
                    sink.add(
                            view.at("replication", "directories", d.id(), "exclude"),
                            "the pattern '%s' excludes the whole directory".formatted(pattern),
                            "name what stays on the node, for instance /tmp/**");
                }
            }
        }
    }
}
