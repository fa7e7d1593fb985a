package dev.understudy.node.failover;

import dev.understudy.node.store.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Whether a module starts when this machine boots: what an operator said on this node, else what
/// the configuration says.
final class BootSetting {
    /// What may be said; the last one takes back what was.
    static final List<String> WORDS = List.of("on", "off", "auto", "configured");

    private final Path file;
    private final String configured;

    /// @param configured on, off or auto
    BootSetting(Path folder, String configured) {
        this.file = folder.resolve("boot");
        this.configured = configured;
    }

    /// On, off or auto.
    ///
    /// @throws IOException if what an operator said cannot be read
    String value() throws IOException {
        return isSaid() ? Files.readString(file).strip() : configured;
    }

    boolean isSaid() {
        return Files.exists(file);
    }

    /// Remembers an operator's word over restarts.
    ///
    /// @param word one of [#WORDS]
    void say(String word) throws IOException {
        if (word.equals("configured")) {
            Files.deleteIfExists(file);
        } else {
            AtomicFile.write(file, word.getBytes(StandardCharsets.US_ASCII), "rw-r--r--");
        }
    }
}
