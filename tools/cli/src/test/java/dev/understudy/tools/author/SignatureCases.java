package dev.understudy.tools.author;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.sign.AllowedSigners;
import dev.understudy.safe.sign.SigningKey;
import dev.understudy.safe.sign.SshSignature;
import dev.understudy.safe.sign.Verification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;

/// Signatures that must not be trusted, one for each rule.
final class SignatureCases {
    private static final SigningKey KEY = SigningKey.generate();

    private SignatureCases() {}

    /// Gives the findings on a signature that breaks the rule.
    static List<Finding> of(String id) {
        byte[] module = Archive.of(Cases.base()).toBytes();
        try {
            SigningKey key = KEY;
            SshSignature good = key.sign(module);
            AllowedSigners allowed = AllowedSigners.parse("ann " + key.key().line());
            String text =
                    switch (id) {
                        case "S001" -> key.sign(new byte[] {1}).armored();
                        case "S003" -> good.armored();
                        case "S004" ->
                                new SshSignature(good.key(), "git", good.hash(), good.bytes())
                                        .armored();
                        case "S005" -> "-----BEGIN PGP SIGNATURE-----";
                        default -> null;
                    };
            AllowedSigners who = id.equals("S003") ? new AllowedSigners(List.of()) : allowed;
            return Verification.of("shop.safe", module, text, who, Instant.EPOCH).findings();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
