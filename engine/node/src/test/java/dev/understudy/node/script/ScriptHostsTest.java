package dev.understudy.node.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.understudy.script.wire.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Hosts that connect by a socket, as those of the guard do.
@Tag("long")
class ScriptHostsTest {
    @TempDir Path folder;

    @Test
    void hostsConnectBySocketAndAreReplaced() throws Exception {
        Path socket = folder.resolve("script-hooks.sock");
        try (ScriptHosts hosts =
                ScriptHosts.listening("hooks", socket, Duration.ofMinutes(10), System::nanoTime)) {
            hosts.start();
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
            for (int round = 0; round < 2; round++) {
                Process process = start(socket);
                assertTrue(hosts.awaitReady(Duration.ofSeconds(60)));
                ScriptHosts.Ended ended =
                        hosts.run(
                                request(),
                                new Echo(),
                                Deadline.in(System::nanoTime, Duration.ofSeconds(30)),
                                () -> {});
                assertEquals(ScriptEnd.Kind.OK, ended.end().kind(), ended.toString());
                assertEquals("\"exec\"", ended.end().value());
                hosts.killHost();
                assertTrue(process.waitFor(Duration.ofSeconds(20)));
            }
        }
    }

    @Test
    void hostIsStartedIfNoneComes() throws Exception {
        Path socket = folder.resolve("script-checkers.sock");
        try (ScriptHosts hosts =
                ScriptHosts.listening("checkers", socket, Duration.ZERO, System::nanoTime)) {
            hosts.start();
            assertTrue(hosts.awaitReady(Duration.ofSeconds(60)));
        }
    }

    private static ScriptRequest request() {
        return new ScriptRequest(
                new ModuleScripts(
                        "d1",
                        Map.of(
                                "s.js",
                                "import { exec } from 'safe';\nexport default () => exec(['/x']);")),
                "s.js",
                Wire.JSON.createObjectNode(),
                Wire.JSON.createObjectNode());
    }

    private static Process start(Path socket) throws Exception {
        List<String> command =
                HostCommand.ofThisProcess(
                        Optional.empty(), "hooks", List.of("--connect", socket.toString()));
        return new ProcessBuilder(command).inheritIO().start();
    }

    private record Echo() implements CallHandler {
        @Override
        public JsonNode call(String function, JsonNode arguments) {
            return TextNode.valueOf(function);
        }

        @Override
        public void log(String level, String text) {}
    }
}
