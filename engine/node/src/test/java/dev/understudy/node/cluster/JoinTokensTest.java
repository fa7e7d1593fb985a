package dev.understudy.node.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.HaException;
import dev.understudy.node.cluster.ClusterConfig.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoinTokensTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    @TempDir Path folder;

    private static String code(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(HaException.class, call).code();
    }

    @Test
    void textSurvivesCaseAndBlanks() {
        JoinToken token = new JoinToken("0123456789abcdef", new byte[32], new byte[16]);
        assertEquals(token, JoinToken.parse(token.text()));
        assertEquals(token, JoinToken.parse(" " + token.text().toLowerCase(java.util.Locale.ROOT)));
        assertFalse(token.toString().contains(token.text().substring(20)));
    }

    @Test
    void eachMistypedCharacterIsNoticed() {
        JoinToken token = new JoinToken("0123456789abcdef", new byte[32], new byte[16]);
        String text = token.text();
        for (int i = 0; i < text.length(); i++) {
            char other = text.charAt(i) == '7' ? '8' : '7';
            String wrong = text.substring(0, i) + other + text.substring(i + 1);
            assertEquals("HA-4201", code(() -> JoinToken.parse(wrong)), wrong);
        }
        assertEquals("HA-4201", code(() -> JoinToken.parse(text.substring(1))));
        assertEquals("HA-4201", code(() -> JoinToken.parse(text + "00")));
        assertEquals("HA-4201", code(() -> JoinToken.parse("")));
    }

    @Test
    void isGoodOnceAndForThirtyMinutesAlsoAfterARestart() throws IOException {
        Path file = folder.resolve("t.json");
        JoinTokens tokens = new JoinTokens(file);
        byte[] secret = tokens.create(Role.DATA, NOW);
        byte[] witness = tokens.create(Role.WITNESS, NOW);
        assertFalse(Files.readString(file).contains(HexFormat.of().formatHex(secret)));
        tokens = new JoinTokens(file);
        assertEquals(Role.DATA, tokens.check(secret, NOW));
        assertEquals(Role.WITNESS, tokens.check(witness, NOW));
        assertTrue(tokens.consume(secret, NOW));
        assertFalse(tokens.consume(secret, NOW));
        JoinTokens same = tokens;
        assertEquals("HA-4202", code(() -> same.check(secret, NOW)));
        Instant late = NOW.plus(Duration.ofMinutes(31));
        assertEquals("HA-4203", code(() -> same.check(witness, late)));
    }

    @Test
    void theFifthWrongTryEndsIt() throws IOException {
        JoinTokens tokens = new JoinTokens(folder.resolve("t.json"));
        byte[] secret = tokens.create(Role.DATA, NOW);
        for (int i = 0; i < 4; i++) {
            assertEquals("HA-4202", code(() -> tokens.check(new byte[16], NOW)));
        }
        assertEquals(Role.DATA, tokens.check(secret, NOW));
        assertEquals("HA-4204", code(() -> tokens.check(new byte[16], NOW)));
        assertEquals("HA-4202", code(() -> tokens.check(secret, NOW)));
    }
}
