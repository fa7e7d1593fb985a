package dev.understudy.node.config;

import dev.understudy.safe.Resolved;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.UserConfig;
import java.nio.file.Path;

/// A module in force on this node, read and resolved.
///
/// @param version what the nodes agreed on
/// @param module the archive
/// @param resolved its configuration with this node's parameters; without errors
/// @param folder where it is kept; holds `module.safe`
public record ActiveModule(Version version, SafeModule module, Resolved resolved, Path folder) {
    /// The module's name.
    public String name() {
        return version.module();
    }

    /// The configuration as understood.
    public UserConfig config() {
        return resolved.config().orElseThrow();
    }
}
