package dev.understudy.safe.lint;

import dev.understudy.safe.Replication;
import java.util.Set;

/// Finds replicated directories that a node can't live without.
final class SystemDirectory implements ConfigRule {
    private static final Set<String> TOP =
            Set.of(
                    "/",
                    "/bin",
                    "/etc",
                    "/home",
                    "/lib",
                    "/lib64",
                    "/media",
                    "/mnt",
                    "/opt",
                    "/root",
                    "/sbin",
                    "/srv",
                    "/usr",
                    "/usr/bin",
                    "/usr/lib",
                    "/usr/local",
                    "/var",
                    "/var/lib",
                    "/var/log",
                    "/var/run");

    @Override
    public String id() {
        return "C024";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (Replication.Directory d : view.config().replication().directories()) {
            String path = d.path().replaceAll("/+", "/").replaceAll("(?<=.)/$", "");
            boolean special = path.matches("/(proc|sys|dev|run|boot|tmp)(/.*)?");
            if (special
                    || TOP.contains(path)
                    || path.matches("[A-Za-z]:[/\\\\]?")
                    || path.matches("(?i)[A-Z]:[/\\\\](windows|program files)")) {
                sink.add(
                        view.at("replication", "directories", d.id(), "path"),
                        "%s belongs to the system".formatted(d.path()),
                        "replicate the application's own directory");
            }
            if (path.contains("/../") || path.endsWith("/..")) {
                sink.add(
                        view.at("replication", "directories", d.id(), "path"),
                        "'..' in %s".formatted(d.path()),
                        "write the path without it");
            }
        }
    }
}
