package dev.understudy.safe.lint;

import dev.understudy.safe.Replication;

/// Finds paths of the other operating system.
final class PlatformPath implements ConfigRule {
    @Override
    public String id() {
        return "O002";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        boolean windows = view.platform().family().equals("windows");
        for (Replication.Directory d : view.config().replication().directories()) {
            if (windows == d.path().startsWith("/")) {
                sink.add(
                        view.at("replication", "directories", d.id(), "path"),
                        "'%s' is no path on %s".formatted(d.path(), view.platform().family()),
                        "use a parameter with a default per platform");
            }
        }
    }
}
