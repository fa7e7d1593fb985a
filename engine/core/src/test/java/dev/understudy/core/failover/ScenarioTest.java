package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs tests/scenarios/*.txt: blocks of commands, a line `----`, and what an operator sees.
/// `-Drewrite` writes what is seen into the files.
final class ScenarioTest {
    private static final String RULE = "----";

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
        }
    }

    private static Path folder() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("engine/ARCHITECTURE.md"))) {
            folder = java.util.Objects.requireNonNull(folder.getParent());
        }
        return folder.resolve("tests/scenarios");
    }

    @Test
    void thereAreScenarios() throws IOException {
        assertTrue(files().size() >= 30, files().toString());
    }

    @ParameterizedTest
    @MethodSource("files")
    void goesAsWritten(Path file) throws IOException {
        String text = Files.readString(file);
        String seen = played(text);
        if (System.getProperty("rewrite") != null) {
            Files.writeString(file, seen);
        }
        assertEquals(seen, Files.readString(file));
    }

    private static String played(String text) {
        return played(new Scenario(), text);
    }

    static String played(Scenario scenario, String text) {
        StringBuilder all = new StringBuilder();
        for (String block : text.strip().split("\n\n", -1)) {
            List<String> head = new ArrayList<>();
            for (String line : block.lines().toList()) {
                if (line.equals(RULE)) {
                    break;
                }
                head.add(line);
                if (!line.startsWith("#")) {
                    scenario.play(line);
                }
            }
            all.append(all.isEmpty() ? "" : "\n").append(String.join("\n", head)).append('\n');
            all.append(RULE).append('\n').append(scenario.seen());
        }
        return all.toString();
    }
}
