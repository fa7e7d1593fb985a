package dev.understudy.safe;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What `module.yaml` says.
///
/// @param name lower case letters, digits, `-` and `_`; at most 32
/// @param version `1.2.3`, with an optional `-suffix`
/// @param title one line for people; the name when there is none
/// @param platforms where it runs; empty = everywhere
/// @param parameters by name, in the order of the file
/// @param recoveryTime objective of the author; empty = none stated
public record Manifest(
        String name,
        String version,
        String title,
        Kind kind,
        List<String> platforms,
        Map<String, Parameter> parameters,
        Permissions permissions,
        Optional<Duration> recoveryTime) {
    public Manifest {
        platforms = List.copyOf(platforms);
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /// How many nodes serve, and with what.
    public enum Kind {
        /// Two nodes, one serves, its data are replicated.
        MIRROR,
        /// All nodes serve and share the load.
        FARM,
        /// One node, started and watched.
        LIGHT
    }

    /// What the scripts of the module may do beyond their module's own configuration.
    ///
    /// @param servicesFromUserConfig exactly the services of userconfig.yaml
    /// @param services further services by their name in the system
    /// @param programs programs that `exec` may run
    /// @param paths files and folders that `file` may touch
    /// @param hosts hosts that `tcp` and `http` may reach
    /// @param registry keys of the registry of Windows that `registry` may touch
    /// @param tasks scheduled tasks of Windows that `tasks` may touch, `\Folder\Name`
    public record Permissions(
            boolean servicesFromUserConfig,
            List<String> services,
            List<Program> programs,
            List<PathPermission> paths,
            List<String> hosts,
            List<RegistryPermission> registry,
            List<String> tasks) {
        /// Nothing but the services of the userconfig.
        public static final Permissions NONE =
                new Permissions(
                        true, List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

        public Permissions {
            services = List.copyOf(services);
            programs = List.copyOf(programs);
            paths = List.copyOf(paths);
            hosts = List.copyOf(hosts);
            registry = List.copyOf(registry);
            tasks = List.copyOf(tasks);
        }

        /// Tells whether a key of the registry may be touched: it is named, or below one that is.
        public boolean allowsKey(String key, boolean write) {
            return registry.stream()
                    .anyMatch(p -> (p.write() || !write) && RegistryKey.isBelow(key, p.key()));
        }

        /// Tells whether a scheduled task may be touched; case does not matter.
        public boolean allowsTask(String task) {
            return tasks.stream().anyMatch(task::equalsIgnoreCase);
        }
    }

    /// A program that scripts may run.
    ///
    /// @param path absolute; may hold references `$(name)`
    /// @param user whom it runs as; empty = root
    public record Program(String path, Optional<String> user) {}

    /// A file or folder, with all below, that scripts may read or write.
    ///
    /// @param path absolute; may hold references `$(name)`
    public record PathPermission(String path, boolean write) {}

    /// A key of the registry, with all below, that scripts may read or write.
    ///
    /// @param key such as `HKLM\SOFTWARE\Shop`; may hold references `$(name)`
    public record RegistryPermission(String key, boolean write) {}
}
