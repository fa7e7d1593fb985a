package dev.understudy.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The command as a program of its own, for what a shell does with it: that of the distribution
/// which `-Ddist` names, else from the classes of the test.
final class SafeProgram {
    private final Path bin;

    /// How a program ended.
    ///
    /// @param text both outputs
    record Ended(int code, String text) {}

    /// Writes `bin/safe` below a folder.
    SafeProgram(Path folder) throws IOException {
        bin = Files.createDirectories(folder.resolve("bin"));
        Path safe = bin.resolve("safe");
        String dist = System.getProperty("dist", "");
        String command =
                dist.isEmpty()
                        ? "'%s/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' dev.understudy.tools.Safe"
                                .formatted(
                                        System.getProperty("java.home"),
                                        System.getProperty("java.class.path"))
                        : "'" + Path.of(dist, "bin/safe").toAbsolutePath() + "'";
        Files.writeString(safe, "#!/bin/sh\nexec " + command + " \"$@\"\n");
        if (!safe.toFile().setExecutable(true)) {
            throw new IOException("not made executable: " + safe);
        }
    }

    /// Runs a text in a shell, with `safe` on its path.
    Ended shell(String shell, String text, Path folder, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile(bin.getParent(), "out", ".txt");
        ProcessBuilder builder = new ProcessBuilder(shell, "-e", "-x", "-c", text);
        builder.environment().merge("PATH", bin + ":", (old, own) -> own + old);
        builder.environment().putAll(environment);
        Process process =
                builder.directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException("not ended within five minutes: " + Files.readString(out));
        }
        return new Ended(process.exitValue(), Files.readString(out));
    }
}
