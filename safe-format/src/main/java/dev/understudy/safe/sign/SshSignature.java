package dev.understudy.safe.sign;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// A signature in the SSHSIG form, version 1 (OpenSSH, PROTOCOL.sshsig).
///
/// @param namespace what it is for; modules use [#NAMESPACE]
/// @param hash `sha512` or `sha256`
/// @param bytes 64 bytes of Ed25519
public record SshSignature(SshKey key, String namespace, String hash, byte[] bytes) {
    /// What signatures of modules are for.
    public static final String NAMESPACE = "safe-module";

    /// Largest file of signatures in characters.
    public static final int TEXT_MAX = 64 << 10;

    static final byte[] MAGIC = "SSHSIG".getBytes(StandardCharsets.US_ASCII);
    private static final String BEGIN = "-----BEGIN SSH SIGNATURE-----";
    private static final String END = "-----END SSH SIGNATURE-----";
    private static final int LINE_CHARS = 70;

    /// Reads the signatures of a file, one after the other.
    ///
    /// @return empty when there is none, or one of them is damaged or of another kind of key
    public static List<SshSignature> parse(String text) {
        List<SshSignature> all = new ArrayList<>();
        String rest = text.length() > TEXT_MAX ? "" : text.strip();
        while (rest.startsWith(BEGIN)) {
            int end = rest.indexOf(END);
            Optional<SshSignature> one =
                    end < 0 ? Optional.empty() : decode(rest.substring(BEGIN.length(), end));
            if (one.isEmpty()) {
                return List.of();
            }
            all.add(one.get());
            rest = rest.substring(end + END.length()).strip();
        }
        return rest.isEmpty() ? all : List.of();
    }

    private static Optional<SshSignature> decode(String base64) {
        try {
            String plain = base64.replaceAll("\\s", "");
            byte[] blob = Base64.getDecoder().decode(plain);
            if (!Base64.getEncoder().encodeToString(blob).equals(plain)) {
                return Optional.empty(); // the last character may hold bits that mean nothing
            }
            ByteBuffer in = ByteBuffer.wrap(blob);
            byte[] magic = new byte[MAGIC.length];
            in.get(magic);
            int version = in.getInt();
            Optional<SshKey> key = SshKey.ofBlob(SshWire.string(in));
            String namespace = SshWire.text(in);
            SshWire.string(in); // reserved
            String hash = SshWire.text(in);
            ByteBuffer signature = ByteBuffer.wrap(SshWire.string(in));
            boolean good =
                    Arrays.equals(magic, MAGIC)
                            && version == 1
                            && !in.hasRemaining()
                            && SshWire.text(signature).equals(SshKey.TYPE)
                            && (hash.equals("sha512") || hash.equals("sha256"));
            byte[] bytes = SshWire.string(signature);
            return good && !signature.hasRemaining()
                    ? key.map(k -> new SshSignature(k, namespace, hash, bytes))
                    : Optional.empty();
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            return Optional.empty();
        }
    }

    /// Gives the text that `ssh-keygen -Y verify` reads.
    public String armored() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(MAGIC);
        out.writeBytes(ByteBuffer.allocate(4).putInt(1).array());
        SshWire.put(out, key.blob());
        SshWire.put(out, namespace);
        SshWire.put(out, "");
        SshWire.put(out, hash);
        SshWire.put(out, SshWire.fields(SshKey.TYPE.getBytes(StandardCharsets.US_ASCII), bytes));
        String base64 = Base64.getEncoder().encodeToString(out.toByteArray());
        return BEGIN + "\n" + wrapped(base64) + END + "\n";
    }

    private static String wrapped(String base64) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < base64.length(); i += LINE_CHARS) {
            out.append(base64, i, Math.min(base64.length(), i + LINE_CHARS)).append('\n');
        }
        return out.toString();
    }

    /// Tells whether the key signed exactly these bytes for this namespace.
    public boolean fits(byte[] file) {
        return key.verifies(message(file, namespace, hash), bytes);
    }

    /// Gives what is signed: not the file itself, but its hash with the namespace.
    static byte[] message(byte[] file, String namespace, String hash) {
        try {
            String algorithm = hash.equals("sha256") ? "SHA-256" : "SHA-512";
            byte[] digest = MessageDigest.getInstance(algorithm).digest(file);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(MAGIC);
            SshWire.put(out, namespace);
            SshWire.put(out, "");
            SshWire.put(out, hash);
            SshWire.put(out, digest);
            return out.toByteArray();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-2", e);
        }
    }
}
