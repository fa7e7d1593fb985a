package dev.understudy.node.config;

import dev.understudy.core.member.HaException;
import dev.understudy.safe.Finding;
import dev.understudy.safe.sign.AllowedSigners;
import dev.understudy.safe.sign.Verification;
import java.time.Instant;
import java.util.Optional;

/// Which archives may be installed.
///
/// @param level what happens to one without a good signature
/// @param signers who may sign
public record SignaturePolicy(Level level, AllowedSigners signers) {
    /// What happens to an archive without a good signature.
    public enum Level {
        /// It is installed, and signatures are not looked at.
        OFF,
        /// It is installed with a warning.
        WARN,
        /// It is refused.
        REQUIRE
    }

    /// Looks at an archive.
    ///
    /// @param signatures text of its `.sig` file; empty = there is none
    /// @return what the operator is to be warned of
    /// @throws HaException HA-4413 unsigned, HA-4414 altered or damaged, HA-4415 by nobody who may,
    ///   when signatures are required
    Optional<String> check(byte[] archive, Optional<String> signatures, Instant now) {
        if (level == Level.OFF) return Optional.empty();
        Verification seen =
                Verification.of("the archive", archive, signatures.orElse(null), signers, now);
        if (seen.isGood()) return Optional.empty();
        Finding finding = seen.findings().getFirst();
        if (level == Level.WARN) {
            return Optional.of(finding.id() + " " + finding.text());
        }
        throw switch (finding.id()) {
            case "S002" ->
                    refused(
                            "HA-4413",
                            "the module is not signed, and this cluster asks for signatures",
                            "`safe sign --key KEY FILE.safe`, and keep FILE.safe.sig beside it");
            case "S003" -> refused("HA-4415", finding.text(), remedy(finding));
            default ->
                    refused(
                            "HA-4414",
                            finding.text(),
                            "fetch archive and signature again from where they were made");
        };
    }

    private static String remedy(Finding finding) {
        return finding.remedy().replace("add to allowed_signers:", "allow it with this line,")
                + "; `safe cluster signatures require --allowed-signers FILE` sets the lines";
    }

    private static HaException refused(String code, String text, String remedy) {
        return new HaException(code, text + "; nothing was changed", null, remedy);
    }
}
