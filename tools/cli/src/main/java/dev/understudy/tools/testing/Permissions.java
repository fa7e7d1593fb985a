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
                setting.permissions().programs().stream().anyMatch(p -> p.path().equals(path));
        for (Service s : setting.config().services()) {
            if (s.kind() instanceof Service.Command c) {
                for (List<String> argv : List.of(c.start(), c.stop(), c.forceStop(), c.status())) {
                    permitted |= !argv.isEmpty() && argv.getFirst().equals(path);
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
                                        && (path.equals(p.path())
                                                || path.startsWith(p.path() + "/")
                                                || path.startsWith(p.path() + "\\")));
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

    /// Refuses a host that the permissions do not name.
    void host(String host) throws Refusal {
        boolean own = host.matches("localhost|127\\..*|::1");
        if (!own && !setting.permissions().hosts().contains(host)) {
            throw new Refusal("PermissionError", "connecting to " + host + " is not permitted");
        }
    }
}
