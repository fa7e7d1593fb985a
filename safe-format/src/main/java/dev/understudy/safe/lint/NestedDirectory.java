package dev.understudy.safe.lint;

import dev.understudy.safe.Replication;
import java.util.List;

/// Finds replicated directories inside of another.
final class NestedDirectory implements ConfigRule {
    @Override
    public String id() {
        return "C023";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        List<Replication.Directory> all = view.config().replication().directories();
        for (Replication.Directory inner : all) {
            for (Replication.Directory outer : all) {
                boolean below = (plain(inner.path()) + "/").startsWith(plain(outer.path()) + "/");
                boolean same = plain(inner.path()).equals(plain(outer.path()));
                if (below && (same ? all.indexOf(inner) > all.indexOf(outer) : true)) {
                    sink.add(
                            view.at("replication", "directories", inner.id(), "path"),
                            "%s is inside of the replicated directory '%s' (%s)"
                                    .formatted(inner.path(), outer.id(), outer.path()),
                            "replicate the outer one alone");
                }
            }
        }
    }

    private static String plain(String path) {
        return path.replace('\\', '/').replaceAll("/+", "/").replaceAll("(/\\.)*/?$", "");
    }
}
