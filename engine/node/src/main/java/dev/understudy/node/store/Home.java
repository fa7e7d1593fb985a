package dev.understudy.node.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// The folders of one node: configuration, state and run-time files.
///
/// `safed --home DIR` puts all three below one folder; without it they are the system's own.
///
/// @param etc configuration and keys: `cluster.yaml`, `keys/`, `tokens.json`
/// @param lib state: installed modules, metadata of replication, journal
/// @param run sockets and pid files; empty after a restart of the machine
public record Home(Path etc, Path lib, Path run) {

    /// Gives the folders below one home directory.
    public static Home below(Path home) {
        Path root = home.toAbsolutePath().normalize();
        return new Home(root.resolve("etc"), root.resolve("lib"), root.resolve("run"));
    }

    /// Gives the folders of a machine-wide installation.
    public static Home system() {
        return new Home(
                Path.of("/etc/understudy"),
                Path.of("/var/lib/understudy"),
                Path.of("/run/understudy"));
    }

    /// Creates the folders that are missing; `keys` is closed to others.
    ///
    /// @throws IOException if one cannot be created; the message names it
    public void create() throws IOException {
        Files.createDirectories(etc);
        Files.createDirectories(lib);
        Files.createDirectories(run);
        Files.createDirectories(modules());
        Files.createDirectories(
                keys(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /// The members, networks and addresses of the cluster.
    public Path clusterFile() {
        return etc.resolve("cluster.yaml");
    }

    /// Private keys and certificates of this node.
    public Path keys() {
        return etc.resolve("keys");
    }

    /// Hashes of the bearer tokens of the API.
    public Path tokens() {
        return etc.resolve("tokens.json");
    }

    /// Settings of this node alone: ports, listening addresses, `tls: off`.
    public Path nodeFile() {
        return etc.resolve("node.yaml");
    }

    /// Installed modules: `<name>/<version>-<digest>/` and `<name>/active.json`.
    public Path modules() {
        return lib.resolve("modules");
    }

    /// What the engine remembers of one module: node record, replication metadata.
    ///
    /// @param module name of the module; checked by the reader of archives, no path separators
    public Path data(String module) {
        return lib.resolve("data").resolve(module);
    }

    /// The journal's folder.
    public Path journal() {
        return lib.resolve("journal");
    }

    /// Logs of the processes of this node.
    public Path logs() {
        return lib.resolve("logs");
    }

    /// The local socket of the API.
    public Path apiSocket() {
        return run.resolve("api.sock");
    }

    /// Names the file that says that this host is the witness, and by which name; there while
    /// `safe-witness` runs as a member.
    public Path witnessNote() {
        return run.resolve("witness");
    }

    /// There while the daemon runs and every module that started by itself is mounted.
    public Path settled() {
        return run.resolve("settled");
    }

    /// The socket on which safe-guard talks with safed.
    public Path guardSocket() {
        return run.resolve("guard.sock");
    }

    /// The socket of one script host.
    ///
    /// @param role `hooks` or `checkers`
    public Path scriptSocket(String role) {
        return run.resolve("script-" + role + ".sock");
    }
}
