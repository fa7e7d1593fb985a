package dev.understudy.core.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.Generation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class QuarantineEntryTest {
    private static final QuarantineEntry ENTRY =
            new QuarantineEntry(
                    1_790_000_000_123L,
                    new Generation(0xabcdef0123456789L),
                    true,
                    4711,
                    List.of(
                            new QuarantineEntry.Kept("data", "a/b\u00ff\u0001", 0x8000, 4711, -5),
                            new QuarantineEntry.Kept("w\u00f6rter", "", 0x4000, 0, 1 << 30)));

    @Test
    void comesBackAsItWas() {
        assertEquals(ENTRY, QuarantineEntry.decode(ENTRY.encode()));
        QuarantineEntry empty = new QuarantineEntry(0, Generation.NONE, false, 0, List.of());
        assertEquals(empty, QuarantineEntry.decode(empty.encode()));
    }

    @Test
    void everyDamagedByteIsFound() {
        byte[] bytes = ENTRY.encode();
        for (int i = 0; i < bytes.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = bytes.clone();
                damaged[i] ^= (byte) (1 << bit);
                assertNull(QuarantineEntry.decode(damaged), "byte " + i + " bit " + bit);
            }
        }
    }

    @Test
    void everyCutIsFound() {
        byte[] bytes = ENTRY.encode();
        for (int length = 0; length < bytes.length; length++) {
            assertNull(QuarantineEntry.decode(Arrays.copyOf(bytes, length)), "of " + length);
        }
        assertNull(QuarantineEntry.decode(Arrays.copyOf(bytes, bytes.length + 1)));
    }

    @Test
    void anUnknownVersionOrACountThatLiesIsNoEntry() {
        assertNull(QuarantineEntry.decode(resealed(5, 2)));
        assertNull(QuarantineEntry.decode(resealed(34, 9)));
        assertNull(QuarantineEntry.decode(resealed(34, 1)));
    }

    /// A writer that seals what makes no sense.
    private static byte[] resealed(int at, int value) {
        byte[] bytes = ENTRY.encode();
        bytes[at] = (byte) value;
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - 4);
        ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) crc.getValue());
        return bytes;
    }

    @Test
    void roomIsWhatLimitAndDiskLeave() {
        QuarantineLimits limits = new QuarantineLimits(1000, Duration.ofDays(1));
        assertEquals(900, limits.room(100, 1L << 40, 1L << 41));
        assertEquals(0, limits.room(2000, 1L << 40, 1L << 41));
        assertEquals(300, limits.room(0, 800, 10_000)); // a twentieth stays free
        assertEquals(0, limits.room(0, 400, 10_000));
        QuarantineLimits wide = new QuarantineLimits(1L << 50, Duration.ofDays(1));
        assertEquals((3L << 30) - (1L << 30), wide.room(0, 3L << 30, 1L << 42));
    }

    @Test
    void expiresByAgeOnly() {
        QuarantineLimits limits = new QuarantineLimits(1000, Duration.ofDays(1));
        assertFalse(limits.isExpired(5, 5 + 86_400_000L));
        assertTrue(limits.isExpired(5, 6 + 86_400_000L));
        assertFalse(limits.isExpired(86_400_000L * 9, 0));
    }
}
