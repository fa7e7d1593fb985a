package dev.understudy.node.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the API asks of the room that keeps modules and their configuration.
///
/// Methods may block for the time of calls between nodes; they throw
/// [dev.understudy.core.member.HaException] for what an operator can mend.
public interface ModuleInstaller {
    /// One version of a module with its configuration, as sent between nodes.
    ///
    /// @param revision rises with each change of this module
    /// @param isRemoved the module is to be forgotten
    /// @param digest SHA-256 of the archive; empty when removed
    /// @param configDigest digest of archive and configuration; empty when removed
    /// @param values parameters as given
    /// @param secrets secret parameters as given; never logged
    record Staged(
            String module,
            long revision,
            boolean isRemoved,
            String version,
            String digest,
            String configDigest,
            Map<String, String> values,
            Map<String, String> secrets) {
        /// Leaves the secrets out.
        @Override
        public String toString() {
            return "%s %s revision %d".formatted(module, version, revision);
        }
    }

    /// What happened on which node.
    ///
    /// @param nodes each member
    /// @param warnings what the operator should know
    record Distribution(
            String module,
            String version,
            String digest,
            String configDigest,
            long revision,
            List<NodeResult> nodes,
            List<String> warnings) {}

    /// What happened on one node.
    ///
    /// @param isDone false: it will take it over when it returns
    record NodeResult(String node, boolean isDone, String text) {}

    /// A module's parameters.
    record Config(
            String module,
            String version,
            String digest,
            String configDigest,
            long revision,
            List<ParameterValue> parameters) {}

    /// A parameter with its value.
    ///
    /// @param value null if it has none, or is secret
    record ParameterValue(
            String name, String type, String title, @Nullable String value, boolean isDefault) {}

    /// Keeps an uploaded archive until it is installed.
    void putArchive(String digest, byte[] bytes) throws Exception;

    /// Gives an archive to another node.
    byte[] archive(String digest) throws Exception;

    /// Keeps the signatures of an archive beside it.
    void putSignature(String digest, String text) throws Exception;

    /// Gives the signatures of an archive; empty text for none.
    String signature(String digest) throws Exception;

    /// How an archive is installed.
    ///
    /// @param isDowngrade an older version than that in force is meant
    /// @param expectedRevision that must be in force, 0 for none; -1 = any
    record Wish(Map<String, String> values, boolean isDowngrade, long expectedRevision) {}

    /// Installs, or upgrades to, an uploaded archive on all nodes.
    Distribution install(String digest, Wish wish, Caller caller) throws Exception;

    /// Goes back to the archive and parameters that were in force before, on all nodes.
    Distribution rollback(String module, Caller caller) throws Exception;

    /// Changes parameters on all nodes; an empty value restores the default.
    Distribution configure(String module, Map<String, String> values, Caller caller)
            throws Exception;

    /// Forgets a module on all nodes; refused while it runs.
    Distribution uninstall(String module, Caller caller) throws Exception;

    /// What an administrator should know of this node before a module serves on it; a record as the
    /// contract's `NodeFacts`.
    Record preflight(String module) throws Exception;

    /// A module's parameters and values.
    Config config(String module) throws Exception;

    /// Checks and stores a version on this node; gives the digest computed here.
    String stage(Staged staged) throws Exception;

    /// Puts the staged version in force on this node.
    void switchTo(Staged staged) throws Exception;

    /// Forgets the staged version on this node.
    void drop(Staged staged) throws Exception;

    /// What this node has in force.
    List<Staged> offer();
}
