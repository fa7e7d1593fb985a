package dev.understudy.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The block of README.md that an author copies does what it says.
class ReadmeTest {
    @TempDir Path folder;

    @Test
    void anAuthorReachesASignedModuleInTenCommands() throws IOException, InterruptedException {
        String readme = Files.readString(Path.of("../../README.md"));
        int begin = readme.indexOf("```sh\nsafe new mirror");
        String block = readme.substring(begin + 6, readme.indexOf("```", begin + 6));
        assertTrue(block.lines().count() <= 10, block);
        Path safe = folder.resolve("bin/safe");
        Files.createDirectories(safe.getParent());
        Files.writeString(
                safe,
                "#!/bin/sh\nexec '%s/bin/java' -XX:TieredStopAtLevel=1 -cp '%s' dev.understudy.tools.Safe \"$@\"\n"
                        .formatted(
                                System.getProperty("java.home"),
                                System.getProperty("java.class.path")));
        assertTrue(safe.toFile().setExecutable(true));
        Path out = folder.resolve("out.txt");
        ProcessBuilder builder = new ProcessBuilder("bash", "-e", "-x", "-c", block);
        builder.environment().merge("PATH", safe.getParent() + ":", (old, own) -> own + old);
        Process bash =
                builder.directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        assertTrue(bash.waitFor(5, TimeUnit.MINUTES));
        String text = Files.readString(out);
        assertEquals(0, bash.exitValue(), text);
        assertTrue(text.contains("no findings"), text);
        assertTrue(text.contains(", 0 failed"), text);
        assertTrue(text.contains("signed by me"), text);
    }
}
