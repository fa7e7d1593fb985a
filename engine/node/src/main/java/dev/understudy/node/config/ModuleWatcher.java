package dev.understudy.node.config;

import java.util.Optional;

/// What the installation asks of whoever runs the modules. Implemented by the wiring.
public interface ModuleWatcher {
    /// Tells why a module cannot be changed or removed now, for instance "postgresql is PRIM on
    /// node1"; empty if it can (it is unknown, STOP, or WAIT without an application).
    Optional<String> whyNotNow(String module);

    /// A module is in force: new, or changed. Called after it is durable, on the caller's thread;
    /// must not block for long.
    void inForce(ActiveModule module);

    /// A module is gone.
    void removed(String module);
}
