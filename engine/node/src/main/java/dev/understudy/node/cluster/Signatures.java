package dev.understudy.node.cluster;

import java.util.List;
import java.util.Locale;

/// What the cluster asks of the signatures of modules; part of `cluster.yaml`, so equal on all
/// nodes.
///
/// @param policy what happens to an archive without a good signature
/// @param signers who may sign: lines in the form of OpenSSH's `allowed_signers`
public record Signatures(Policy policy, List<String> signers) {
    /// Nothing is asked.
    public static final Signatures OFF = new Signatures(Policy.OFF, List.of());

    /// Copies the list.
    public Signatures {
        signers = List.copyOf(signers);
    }

    /// What happens to an archive without a good signature.
    public enum Policy {
        /// It is installed, and signatures are not looked at.
        OFF,
        /// It is installed with a warning.
        WARN,
        /// It is refused.
        REQUIRE;

        /// The word used in files and in the API.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
