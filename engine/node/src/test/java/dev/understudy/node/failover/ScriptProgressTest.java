package dev.understudy.node.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ScriptProgressTest {
    private final ScriptProgress progress = new ScriptProgress();

    @Test
    void aHookIsShownWithWhatItSaidUntilItEnds() {
        assertEquals("start_prim", progress.of("start_prim"));
        progress.say("replaying the journal", 40);
        assertEquals("start_prim: replaying the journal, 40 %", progress.of("start_prim"));
        progress.say("waiting for clients", -1);
        assertEquals("start_prim: waiting for clients", progress.of("start_prim"));
        progress.say("", -1);
        assertEquals("stop_prim", progress.of("stop_prim"));
    }

    @Test
    void whatIsShownIsOneShortLine() {
        progress.say("a\r\n\u001b[31mb".repeat(100), 1);
        String shown = progress.of("x");
        assertTrue(shown.chars().noneMatch(c -> c < ' '), shown);
        assertTrue(shown.length() < 220, shown);
    }
}
