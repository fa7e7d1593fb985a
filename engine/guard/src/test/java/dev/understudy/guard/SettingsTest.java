package dev.understudy.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsTest {
    @Test
    void aHomeMovesAllPlaces() throws Exception {
        Settings settings = Settings.parse(List.of("--home", "/n1"), "/opt/p");
        assertEquals(Path.of("/n1/run"), settings.run());
        assertEquals(List.of("/opt/p/bin/safed", "--home", "/n1"), settings.safed());
        Settings.Host host = settings.hosts().getFirst();
        assertEquals("hooks", host.role());
        List<String> words = host.command();
        assertEquals(
                List.of(
                        "/opt/p/bin/safe-scriptd",
                        "--role",
                        "hooks",
                        "--connect",
                        "/n1/run/script-hooks.sock"),
                words.subList(words.size() - 5, words.size()));
        assertEquals(Path.of("/run/understudy"), Settings.parse(List.of(), "").run());
    }

    @Test
    void aWrongCommandLineSaysWhatIsWrong() {
        for (List<String> wrong :
                List.of(
                        List.of("--hoem", "/x"),
                        List.of("--home"),
                        List.of("--stop-within", "soon"),
                        List.of("--stop-within", "0"))) {
            Settings.BadUsage problem =
                    assertThrows(Settings.BadUsage.class, () -> Settings.parse(wrong, ""));
            String text = String.valueOf(problem.getMessage());
            assertTrue(text.contains("usage:"), text);
            assertTrue(text.contains(wrong.getFirst()), text);
        }
    }
}
