package dev.understudy.tools.testing;

import dev.understudy.safe.Service;
import java.util.List;

/// What the engine would permit.
final class Permissions {
    private final Setting setting;

    Permissions(Setting setting) {
        this.setting = setting;
    }

    /// Refuses a program that neither the permissions nor a service names.
    void program(String path) throws Refusal {
        boolean permitted =
                setting.permissions().programs().stream().anyMatch(p -> same(p.path(), path));
        for (Service s : setting.config().services()) {
            if (s.kind() instanceof Service.Command c) {
                for (List<String> argv : List.of(c.start(), c.stop(), c.forceStop(), c.status())) {
                    permitted |= !argv.isEmpty() && same(argv.getFirst(), path);
                }
            }
        }
        if (!permitted) {
            throw new Refusal(
                    "PermissionError",
                    "exec of "
                            + path
                            + " is not permitted; module.yaml must say permissions.programs: [{path: "
                            + path
                            + "}]");
        }
    }

    /// Refuses a file that the permissions do not name.
    void file(String path, boolean write) throws Refusal {
        boolean permitted =
                setting.permissions().paths().stream()
                        .anyMatch(p ->
                                (p.write() || !write)
                                        && (same(path, p.path())
                                                || isBelow(path, p.path(), "/")
                                                || isBelow(path, p.path(), "\\")));
        if (!permitted) {
            throw new Refusal(
                    "PermissionError",
                    (write ? "writing " : "reading ")
                            + path
                            + " is not permitted; module.yaml must say permissions.paths: [{path: "
                            + path
                            + "}]");
        }
    }

    private boolean same(String one, String other) {
        return setting.isWindows() ? one.equalsIgnoreCase(other) : one.equals(other);
    }

    private boolean isBelow(String path, String folder, String separator) {
        String start = folder + separator;
        return path.regionMatches(setting.isWindows(), 0, start, 0, start.length());
    }

    /// Refuses a key of the registry that the permissions do not name.
    void key(String key, boolean write) throws Refusal {
        if (!setting.permissions().allowsKey(key, write)) {
            throw new Refusal(
                    "PermissionError",
                    "%s %s is not permitted; module.yaml must say permissions.registry: [{key: '%s', access: %s}]"
                            .formatted(
                                    write ? "writing" : "reading",
                                    key,
                                    key,
                                    write ? "write" : "read"));
        }
    }

    /// Refuses a scheduled task that the permissions do not name.
    void task(String path) throws Refusal {
        if (!setting.permissions().allowsTask(path)) {
            throw new Refusal(
                    "PermissionError",
                    "the task %s is not permitted; module.yaml must say permissions.tasks: ['%s']"
                            .formatted(path, path));
        }
    }

    /// Refuses a host that the permissions do not name.
    void host(String host) throws Refusal {
        boolean own = host.matches("localhost|127\\..*|::1");
        if (!own && !setting.permissions().hosts().contains(host)) {
            throw new Refusal("PermissionError", "connecting to " + host + " is not permitted");
        }
    }
}
