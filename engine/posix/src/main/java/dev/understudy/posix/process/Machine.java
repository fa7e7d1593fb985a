package dev.understudy.posix.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Facts of the running kernel.
public final class Machine {
    private Machine() {}

    /// Gives the identity of this boot: it changes with every start of the kernel.
    public static String bootId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sets how readily the kernel kills this process when memory runs out.
    ///
    /// @param score −1000 (never; lowering needs CAP_SYS_RESOURCE) to 1000
    /// @return false when the kernel refuses
    public static boolean oomScore(int score) {
        try {
            Files.writeString(Path.of("/proc/self/oom_score_adj"), Integer.toString(score));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
