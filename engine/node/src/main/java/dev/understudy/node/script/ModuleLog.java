package dev.understudy.node.script;

/// Where the output of scripts and programs of a module goes.
@FunctionalInterface
public interface ModuleLog {
    /// Writes one line. Called from many threads; must not block for long.
    ///
    /// @param level debug, info, warn or error
    /// @param source what wrote it: `start_prim`, `db`, `exec /usr/bin/x`
    void line(String level, String source, String text);
}
