package dev.understudy.safe.read;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The JSON Schemas of the format, for editors.
public final class Schemas {
    private Schemas() {}

    /// Gives the schema of `module.yaml`.
    public static String module() {
        return text("module");
    }

    /// Gives the schema of `conf/userconfig.yaml`.
    public static String userConfig() {
        return text("userconfig");
    }

    /// Names both schemas: what fits them fits another program whose digest is the same.
    public static String digest() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(module().getBytes(StandardCharsets.UTF_8));
            sha.update(userConfig().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String text(String name) {
        String resource = "/dev/understudy/safe/schema/" + name + ".schema.json";
        try (InputStream in = Schemas.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("missing in the program: " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
