package dev.understudy.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void waitsEverLongerUntilAProcessHasProvedItself() {
        Backoff backoff = new Backoff();
        backoff.started(0);
        assertEquals(0, backoff.nextDelayMs(1));
        assertEquals(250, backoff.nextDelayMs(2));
        assertEquals(500, backoff.nextDelayMs(3));
        for (int i = 0; i < 40; i++) {
            backoff.nextDelayMs(4);
        }
        assertEquals(30_000, backoff.nextDelayMs(5));
        backoff.started(10);
        assertEquals(0, backoff.nextDelayMs(10 + Backoff.PROVEN_NS));
    }
}
