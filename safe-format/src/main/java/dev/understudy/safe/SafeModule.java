package dev.understudy.safe;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A module as read: its files, its manifest, its configuration before parameters.
///
/// @param digest SHA-256 of the archive's bytes, 64 hexadecimal digits
/// @param manifestTree `module.yaml` with positions
/// @param configTree `conf/userconfig.yaml` with positions and references as written
public record SafeModule(
        Archive archive,
        String digest,
        Manifest manifest,
        Node.Mapping manifestTree,
        Node.Mapping configTree) {
    /// Path of the manifest.
    public static final String MANIFEST = "module.yaml";

    /// Path of the configuration.
    public static final String USERCONFIG = "conf/userconfig.yaml";

    /// The hooks that a mirror module may have, as files `scripts/<name>.js`.
    public static final List<String> HOOKS =
            List.of(
                    "prestart",
                    "start_prim",
                    "stop_prim",
                    "start_second",
                    "stop_second",
                    "start_both",
                    "stop_both",
                    "poststop",
                    "transition");

    /// Hooks of the reference product for which the engine has no moment, and what to do instead.
    public static final Map<String, String> FOREIGN_HOOKS =
            Map.of(
                    "start_sec",
                    "use start_second; scripts/transition.js is told when a node serves alone",
                    "stop_sec",
                    "use stop_second; scripts/transition.js is told when a node serves alone no more",
                    "update",
                    "a configuration is changed while the module is stopped; start_prim reads it anew");

    /// Gives the path of a hook's script when the module has one.
    ///
    /// @param name such as `start_prim`
    public Optional<String> hook(String name) {
        String path = "scripts/" + name + ".js";
        return archive.files().containsKey(path) ? Optional.of(path) : Optional.empty();
    }

    /// Gives the first twelve digits of the digest, for people.
    public String shortDigest() {
        return digest.substring(0, 12);
    }

    @Override
    public String toString() {
        return manifest.name() + " " + manifest.version() + " " + shortDigest();
    }
}
