package dev.understudy.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.tools.control.FakeDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The block of README.md that an author copies does what it says. Its last command meets a daemon
/// that is not there; `ReadmeIT` runs the block against a real cluster.
class ReadmeTest {
    @TempDir Path folder;

    @Test
    void anAuthorReachesAnInstalledModuleInTenCommands() throws IOException, InterruptedException {
        String readme = Files.readString(Path.of("../../README.md"));
        int begin = readme.indexOf("```sh\nsafe new mirror");
        String block = readme.substring(begin + 6, readme.indexOf("```", begin + 6));
        assertTrue(block.lines().count() <= 10, block);
        try (FakeDaemon daemon = new FakeDaemon(folder.resolve("h"))) {
            daemon.on("PUT /api/v1/archives/*", 200, "{\"text\":\"stored\"}");
            daemon.on(
                    "POST /api/v1/modules",
                    200,
                    "{\"module\":\"notes\",\"version\":\"0.1.0\",\"revision\":1,\"nodes\":[],\"warnings\":[]}");
            SafeProgram.Ended end =
                    new SafeProgram(folder)
                            .shell(
                                    "bash",
                                    block,
                                    folder,
                                    Map.of("UNDERSTUDY_HOME", daemon.home.toString()));
            assertEquals(0, end.code(), end.text());
            for (String word : new String[] {"no findings", ", 0 failed", "signed by me"}) {
                assertTrue(end.text().contains(word), word + " is missing in " + end.text());
            }
            assertTrue(end.text().contains("notes 0.1.0 installed, revision 1"), end.text());
            assertTrue(
                    daemon.calls.stream().anyMatch(call -> call.contains("BEGIN SSH SIGNATURE")),
                    "the signature does not go along: " + daemon.calls);
            assertTrue(daemon.calls.toString().contains("\"virtual-ip\":\"10.0.0.9\""));
        }
    }
}
