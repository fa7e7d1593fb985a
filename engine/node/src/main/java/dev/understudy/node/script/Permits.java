package dev.understudy.node.script;

import dev.understudy.safe.Manifest;
import dev.understudy.safe.RegistryKey;
import dev.understudy.safe.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the scripts of a module may touch: the permissions of module.yaml, and what its services
/// name.
final class Permits {
    private final Map<Path, Optional<String>> programs = new HashMap<>();
    private final List<Manifest.PathPermission> paths;
    private final List<String> hosts;
    private final Manifest.Permissions permissions;

    Permits(Manifest.Permissions permissions, List<Service> services) {
        for (Service service : services) {
            if (service.kind() instanceof Service.Command command) {
                for (List<String> argv :
                        List.of(
                                command.start(),
                                command.stop(),
                                command.forceStop(),
                                command.status())) {
                    if (!argv.isEmpty()) {
                        programs.put(Path.of(argv.getFirst()).normalize(), command.user());
                    }
                }
            }
        }
        for (Manifest.Program program : permissions.programs()) {
            programs.put(Path.of(program.path()).normalize(), program.user());
        }
        paths = permissions.paths();
        hosts = permissions.hosts();
        this.permissions = permissions;
    }

    /// Tells whom a program runs as.
    ///
    /// @return empty = the daemon's own user
    Optional<String> user(String program) throws CallException {
        Path path = absolute(program);
        Optional<String> user = programs.get(path);
        if (user == null) {
            throw refused("exec of " + program, "permissions.programs: [{path: " + program + "}]");
        }
        return user;
    }

    /// Checks a file, also after following links.
    Path file(String name, boolean write) throws CallException {
        Path path = absolute(name);
        if (!isAllowed(path, write)) {
            throw refused(
                    (write ? "writing " : "reading ") + name,
                    "permissions.paths: [{path: "
                            + name
                            + ", access: "
                            + (write ? "write" : "read")
                            + "}]");
        }
        Path real = real(path);
        if (!real.equals(path) && !isAllowedReal(real, write)) {
            throw refused(
                    name + " leads to " + real + ", which", "permissions.paths for that place");
        }
        return path;
    }

    private boolean isAllowed(Path path, boolean write) {
        return paths.stream()
                .anyMatch(p ->
                        (p.write() || !write) && path.startsWith(Path.of(p.path()).normalize()));
    }

    private boolean isAllowedReal(Path real, boolean write) {
        return paths.stream()
                .anyMatch(p -> (p.write() || !write) && real.startsWith(real(Path.of(p.path()))));
    }

    /// Follows the links of the part that exists.
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            Path parent = path.getParent();
            if (parent == null || Files.isSymbolicLink(path)) {
                return path;
            }
            return real(parent).resolve(path.getFileName());
        }
    }

    /// Checks a host to connect to; this node's own loopback is always allowed.
    void host(String host) throws CallException {
        if (hosts.contains(host)) {
            return;
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    throw refused("connecting to " + host, "permissions.hosts: [" + host + "]");
                }
            }
        } catch (UnknownHostException e) {
            throw refused("connecting to " + host, "permissions.hosts: [" + host + "]");
        }
    }

    /// Checks a key of the registry.
    ///
    /// @return the key with the short name of its root
    String key(String name, boolean write) throws CallException {
        String key =
                RegistryKey.of(name)
                        .orElseThrow(() ->
                                new CallException(
                                        "ArgumentError",
                                        "'" + name + "' is no key; write it as HKLM\\SOFTWARE\\…"));
        if (!permissions.allowsKey(key, write)) {
            throw refused(
                    (write ? "writing " : "reading ") + name,
                    "permissions.registry: [{key: '%s', access: %s}]"
                            .formatted(name, write ? "write" : "read"));
        }
        return key;
    }

    /// Checks the path of a scheduled task.
    String task(String path) throws CallException {
        if (!path.startsWith("\\") || path.endsWith("\\") || path.indexOf('"') >= 0) {
            throw new CallException(
                    "ArgumentError",
                    "'" + path + "' is no path of a task; write it as \\Folder\\Name");
        }
        if (!permissions.allowsTask(path)) {
            throw refused("the task " + path, "permissions.tasks: ['" + path + "']");
        }
        return path;
    }

    private static Path absolute(String name) throws CallException {
        try {
            Path path = Path.of(name);
            if (path.isAbsolute()) {
                return path.normalize();
            }
        } catch (InvalidPathException e) {
            throw new CallException("ArgumentError", "'" + name + "' is no path: " + e.getReason());
        }
        throw new CallException("ArgumentError", "'" + name + "' is no absolute path");
    }

    private static CallException refused(String what, String remedy) {
        return new CallException(
                "PermissionError", what + " is not permitted; module.yaml must say " + remedy);
    }
}
