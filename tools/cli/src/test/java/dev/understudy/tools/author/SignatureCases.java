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
    /// A key for this test alone.
    private static final String KEY =
            """
            -----BEGIN OPENSSH PRIVATE KEY-----
            b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
            QyNTUxOQAAACBccmi3fgXmrU0GfxlRd1XNNJ16kuTYLPwYo8Idsc4xqwAAAJA4x42GOMeN
            hgAAAAtzc2gtZWQyNTUxOQAAACBccmi3fgXmrU0GfxlRd1XNNJ16kuTYLPwYo8Idsc4xqw
            AAAEAT+0URAFTfbACjTOU8+zvtu2mGV1Q8XmlR2MwFpl9X61xyaLd+BeatTQZ/GVF3Vc00
            nXqS5Ngs/Bijwh2xzjGrAAAACmNyYWZ0QHRlc3QBAgM=
            -----END OPENSSH PRIVATE KEY-----
            """;

    private SignatureCases() {}

    /// Gives the findings on a signature that breaks the rule.
    static List<Finding> of(String id) {
        byte[] module = Archive.of(Cases.base()).toBytes();
        try {
            SigningKey key = SigningKey.parse(KEY);
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
