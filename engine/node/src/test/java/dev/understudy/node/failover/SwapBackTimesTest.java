package dev.understudy.node.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.UserConfig.SwapBack;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class SwapBackTimesTest {
    @Test
    void theTimeOfDayIsToldWhenItChanges() {
        AtomicReference<LocalTime> now = new AtomicReference<>(LocalTime.of(12, 0));
        AtomicBoolean known = new AtomicBoolean(true);
        List<Boolean> told = new ArrayList<>();
        SwapBackTimes times =
                new SwapBackTimes(
                        SwapBack.of("23:30-04:00"),
                        now::get,
                        known::get,
                        open -> {
                            told.add(open);
                            known.set(open);
                        });
        times.look();
        times.look();
        assertEquals(List.of(false), told);
        now.set(LocalTime.of(23, 30));
        times.look();
        now.set(LocalTime.of(3, 59));
        times.look();
        now.set(LocalTime.of(4, 0));
        times.look();
        assertEquals(List.of(false, true, false), told);
    }

    @Test
    void onIsAlwaysAndOffIsNever() {
        assertTrue(SwapBack.of("on").isOpen(LocalTime.MIDNIGHT));
        assertFalse(SwapBack.of("off").isOpen(LocalTime.MIDNIGHT));
        assertTrue(SwapBack.of("02:00-04:00").isOpen(LocalTime.of(2, 0)));
        assertFalse(SwapBack.of("02:00-04:00").isOpen(LocalTime.of(4, 0)));
    }
}
