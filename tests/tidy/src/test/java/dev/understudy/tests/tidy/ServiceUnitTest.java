package dev.understudy.tests.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// The units of systemd: what they claim about the boot follows from how they are ordered.
class ServiceUnitTest {
    private static final Path DISTRIBUTION = Project.root().resolve("tools/distribution/src/main");
    private static final Path UNITS = DISTRIBUTION.resolve("share/systemd");
    private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");

    @TempDir Path folder;

    private static List<String> values(String unit, String key) throws IOException {
        List<String> values = new ArrayList<>();
        for (String line : Files.readAllLines(UNITS.resolve(unit))) {
            if (line.startsWith(key + "=")) {
                values.addAll(List.of(line.substring(key.length() + 1).split(" ", -1)));
            }
        }
        return values;
    }

    /// Services and logins wait for basic.target, it waits for the unit, and the unit waits for the
    /// mounts; `UNDERSTUDY_FIRST_AT_BOOT` may be said only under these three.
    @Test
    void nobodyIsBeforeTheMounts() throws IOException {
        String unit = "understudy.service";
        assertTrue(values(unit, "Environment").getFirst().startsWith("UNDERSTUDY_FIRST_AT_BOOT=/"));
        assertTrue(values(unit, "Before").contains("basic.target"));
        assertEquals(List.of("basic.target"), values(unit, "WantedBy"));
        assertEquals(List.of("no"), values(unit, "DefaultDependencies"));
        assertTrue(values(unit, "After").contains("local-fs.target"));
        assertEquals("await", values(unit, "ExecStartPost").getLast());
        assertEquals("before", values(unit, "ExecStartPre").getLast());
        // What comes after basic.target must not be waited for.
        for (String late : List.of("network-online.target", "network.target", "dbus.service")) {
            assertTrue(!values(unit, "After").contains(late), late);
        }
    }

    @Test
    void theOrderlyStopComesBeforeTheNetworkGoes() throws IOException {
        List<String> after = values("understudy-network.service", "After");
        assertTrue(after.containsAll(List.of("understudy.service", "network.target")), "" + after);
        assertEquals("stop", values("understudy-network.service", "ExecStop").getLast());
    }

    static boolean hasSystemd() {
        return Files.isExecutable(ANALYZE);
    }

    @Test
    @EnabledIf("hasSystemd")
    void systemdUnderstandsThem() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (String program : List.of("safe-guard", "safe-service")) {
            assertTrue(Files.isRegularFile(DISTRIBUTION.resolve("launchers").resolve(program)));
            Path copy = Files.writeString(bin.resolve(program), "#!/bin/sh\n");
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        assertEquals("", verify("understudy.service", "", ""));
        assertEquals("", verify("understudy-network.service", "", ""));
        // It would not be much of a check if it accepted anything.
        assertNotEquals(
                "", verify("understudy.service", "ExecStart=", "ExecStart=/no/such/program "));
        assertNotEquals("", verify("understudy.service", "Type=exec", "Tpye=exec"));
    }

    /// Gives what systemd has to say about a unit, after a change to it.
    private String verify(String unit, String from, String to) throws Exception {
        String text = Files.readString(UNITS.resolve(unit));
        assertTrue(text.contains(from));
        text = text.replace("@PROGRAM@", folder.toString());
        Files.writeString(folder.resolve(unit), from.isEmpty() ? text : text.replace(from, to));
        Process process =
                new ProcessBuilder(
                                ANALYZE.toString(),
                                "verify",
                                "--man=no",
                                folder.resolve(unit).toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        // What it says about other units of this machine is not ours to judge.
        return String.join("\n", said.lines().filter(line -> line.contains("understudy")).toList());
    }
}
