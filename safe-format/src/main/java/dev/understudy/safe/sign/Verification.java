package dev.understudy.safe.sign;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the signatures beside an archive say.
///
/// @param signers who signed it, of those who may
/// @param keys fingerprints of all keys whose signature fits
/// @param findings why it must not be trusted; S001 to S005
public record Verification(List<String> signers, List<String> keys, List<Finding> findings) {
    public Verification {
        signers = List.copyOf(signers);
        keys = List.copyOf(keys);
        findings = List.copyOf(findings);
    }

    /// Tells whether somebody who may signed exactly these bytes, and nothing is wrong.
    public boolean isGood() {
        return !signers.isEmpty() && !Finding.anyError(findings);
    }

    /// Checks an archive.
    ///
    /// @param name of the file, for messages
    /// @param signatures text of the `.sig` file; null = there is none
    /// @param now moment at which keys must be valid
    public static Verification of(
            String name,
            byte[] file,
            @Nullable String signatures,
            AllowedSigners allowed,
            Instant now) {
        Position at = Position.file(name);
        if (signatures == null) {
            return refused(
                    Finding.warning(
                            "S002", at, "the module is not signed", "safe sign --key KEY " + name));
        }
        List<SshSignature> all = SshSignature.parse(signatures);
        if (all.isEmpty()) {
            return refused(
                    Finding.error(
                            "S005",
                            Position.file(name + ".sig"),
                            "this is not a signature by an Ed25519 key, or it is damaged",
                            "safe sign --key KEY " + name));
        }
        List<String> signers = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        for (SshSignature signature : all) {
            Optional<Finding> problem = problem(at, file, signature, allowed, now);
            problem.ifPresent(findings::add);
            if (problem.isEmpty()) {
                signers.add(allowed.signer(signature, now).orElseThrow());
            }
            if (problem.isEmpty() || problem.get().id().equals("S003")) {
                keys.add(signature.key().fingerprint());
            }
        }
        // Further signatures of people who are unknown here do not spoil one of somebody known.
        if (!signers.isEmpty()) {
            findings.removeIf(f -> f.id().equals("S003"));
        }
        return new Verification(signers, keys, findings);
    }

    private static Optional<Finding> problem(
            Position at, byte[] file, SshSignature signature, AllowedSigners allowed, Instant now) {
        if (!signature.namespace().equals(SshSignature.NAMESPACE)) {
            String text =
                    "a signature of %s is for '%s', not for modules"
                            .formatted(signature.key().fingerprint(), signature.namespace());
            return Optional.of(
                    Finding.error("S004", at, text, "sign with -n " + SshSignature.NAMESPACE));
        }
        if (!signature.fits(file)) {
            String text =
                    "the signature of %s is not for these bytes"
                            .formatted(signature.key().fingerprint());
            return Optional.of(
                    Finding.error("S001", at, text, "fetch archive and signature again"));
        }
        if (allowed.signer(signature, now).isEmpty()) {
            String text =
                    "the key %s is not allowed to sign modules here"
                            .formatted(signature.key().fingerprint());
            String remedy =
                    "if you know whose it is, add to allowed_signers: NAME namespaces=\"%s\" %s"
                            .formatted(SshSignature.NAMESPACE, signature.key().line());
            return Optional.of(Finding.error("S003", at, text, remedy));
        }
        return Optional.empty();
    }

    private static Verification refused(Finding finding) {
        return new Verification(List.of(), List.of(), List.of(finding));
    }
}
