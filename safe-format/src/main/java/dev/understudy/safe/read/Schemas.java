package dev.understudy.safe.read;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

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
