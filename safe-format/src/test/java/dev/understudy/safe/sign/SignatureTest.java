package dev.understudy.safe.sign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.read.Modules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Stock `ssh-keygen` and we understand each other's signatures.
class SignatureTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

    @TempDir Path folder;
    private byte[] module = Modules.archive().toBytes();
    private Path file = Path.of("");
    private SigningKey key;

    @BeforeEach
    void makeKey() throws Exception {
        ssh("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a", "-f", "key");
        file = folder.resolve("shop.safe");
        Files.write(file, module);
        key = SigningKey.parse(Files.readString(folder.resolve("key")));
        Files.writeString(
                folder.resolve("allowed"),
                "ann@example.org namespaces=\"safe-*\" " + key.key().line() + " a comment\n");
    }

    private int ssh(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("out").toFile());
        if (command[2].equals("verify")) {
            builder.redirectInput(file.toFile());
        }
        return builder.start().waitFor();
    }

    private AllowedSigners allowed() throws IOException {
        return AllowedSigners.parse(Files.readString(folder.resolve("allowed")));
    }

    private Verification verify(byte[] bytes, String signature) throws IOException {
        return Verification.of("shop.safe", bytes, signature, allowed(), NOW);
    }

    @Test
    void sshKeygenAcceptsOurs() throws Exception {
        Files.writeString(folder.resolve("shop.safe.sig"), key.sign(module).armored());
        String[] command = {
            "ssh-keygen",
            "-Y",
            "verify",
            "-f",
            "allowed",
            "-I",
            "ann@example.org",
            "-n",
            "safe-module",
            "-s",
            "shop.safe.sig"
        };
        assertEquals(0, ssh(command), () -> read("out"));
        Files.write(file, new byte[] {1}, java.nio.file.StandardOpenOption.APPEND);
        assertTrue(ssh(command) != 0);
    }

    @Test
    void weAcceptThatOfSshKeygen() throws Exception {
        assertEquals(
                0, ssh("ssh-keygen", "-Y", "sign", "-n", "safe-module", "-f", "key", "shop.safe"));
        Verification v = verify(module, read("shop.safe.sig"));
        assertTrue(v.isGood(), v::toString);
        assertEquals(List.of("ann@example.org"), v.signers());
        assertEquals(
                read("shop.safe.sig"),
                SshSignature.parse(read("shop.safe.sig")).getFirst().armored());
    }

    @Test
    void anotherNamespaceIsRefused() throws Exception {
        assertEquals(0, ssh("ssh-keygen", "-Y", "sign", "-n", "git", "-f", "key", "shop.safe"));
        assertEquals("S004", verify(module, read("shop.safe.sig")).findings().getFirst().id());
    }

    @Test
    void everyChangedByteOfTheArchiveIsSeen() throws Exception {
        String signature = key.sign(module).armored();
        for (int i = 0; i < module.length; i += 7) {
            byte[] changed = module.clone();
            changed[i] ^= 1;
            Verification v = verify(changed, signature);
            assertFalse(v.isGood());
            assertEquals("S001", v.findings().getFirst().id());
        }
    }

    @Test
    void everyChangedCharacterOfTheSignatureIsSeen() throws Exception {
        String signature = key.sign(module).armored();
        String good = signature.replaceAll("\\s", "");
        for (int i = 0; i < signature.length(); i++) {
            char c = signature.charAt(i) == 'A' ? 'B' : 'A';
            String changed = signature.substring(0, i) + c + signature.substring(i + 1);
            Verification v = verify(module, changed);
            assertFalse(v.isGood() && !good.equals(changed.replaceAll("\\s", "")), "at " + i);
        }
    }

    @Test
    void unknownKeysAndMissingSignaturesAreTold() throws Exception {
        Files.writeString(folder.resolve("allowed"), "# nobody\n");
        Verification v = verify(module, key.sign(module).armored());
        assertEquals("S003", v.findings().getFirst().id());
        assertTrue(v.findings().getFirst().remedy().contains(key.key().line()));
        assertEquals(
                "S002",
                Verification.of("x", module, null, allowed(), NOW).findings().getFirst().id());
        assertEquals("S005", verify(module, "garbage").findings().getFirst().id());
    }

    @Test
    void aSecondSignatureOfSomebodyUnknownDoesNoHarm() throws Exception {
        ssh("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "b", "-f", "key2");
        SigningKey other = SigningKey.parse(read("key2"));
        String both = other.sign(module).armored() + key.sign(module).armored();
        assertTrue(verify(module, both).isGood());
        assertFalse(verify(module, other.sign(module).armored()).isGood());
    }

    @Test
    void keysAreValidFromAndUntilADay() throws Exception {
        for (String option :
                new String[] {
                    "valid-before=\"20261125\"", "valid-after=\"20261127Z\"", "namespaces=\"git\""
                }) {
            Files.writeString(
                    folder.resolve("allowed"), "ann " + option + " " + key.key().line() + "\n");
            assertEquals(
                    "S003",
                    verify(module, key.sign(module).armored()).findings().getFirst().id(),
                    option);
        }
    }

    @Test
    void encryptedAndForeignKeysAreRefusedWithAReason() throws Exception {
        ssh("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-C", "c", "-f", "locked");
        assertTrue(refusal("locked").contains("passphrase"));
        ssh("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-C", "c", "-f", "ec");
        assertTrue(refusal("ec").contains("ecdsa"));
        assertThrows(IOException.class, () -> SigningKey.parse("no key"));
    }

    private String refusal(String name) {
        return String.valueOf(
                assertThrows(IOException.class, () -> SigningKey.parse(read(name))).getMessage());
    }

    private String read(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
