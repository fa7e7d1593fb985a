package dev.understudy.core.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class RestartCountTest {
    private static final RestartLimit TWICE = new RestartLimit(2, 100);

    @Test
    void onlyRestartsWithinThePeriodCount() {
        RestartCount count = new RestartCount(List.of());
        assertTrue(count.isAllowed(TWICE, 0));
        count = count.plus(TWICE, 0).plus(TWICE, 50);
        assertFalse(count.isAllowed(TWICE, 99));
        assertTrue(count.isAllowed(TWICE, 100));
        assertEquals(List.of(50L, 100L), count.plus(TWICE, 100).momentsNs());
    }

    @Test
    void limitsAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new RestartLimit(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> new RestartLimit(1, 0));
    }
}
