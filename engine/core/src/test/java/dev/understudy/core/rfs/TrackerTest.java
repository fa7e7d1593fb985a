package dev.understudy.core.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TrackerTest {
    private static final FileId FILE = new FileId(1, 2);
    private static final FileId OLD = new FileId(3, 4);
    private static final FileId NEW = new FileId(5, 6);

    private final Tracker tracker = new Tracker();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

    private boolean mark(int bytes) {
        return tracker.mark(new OpView().over(buffer.clear(), 0, bytes));
    }

    private void write(long offset, int length) {
        buffer.clear();
        mark(OpWriter.write(buffer, 0, FILE, offset, ByteBuffer.allocate(length)));
    }

    @Test
    void onlyACompletePointTakesAnythingOut() {
        write(0, 4096);
        assertTrue(tracker.beginPoint(10));
        write(8192, 4096);
        assertEquals(8192, tracker.all().blockBytes());
        assertFalse(tracker.beginPoint(11));
        assertFalse(tracker.completePoint(9));
        assertTrue(tracker.completePoint(10));
        assertEquals(4096, tracker.all().blockBytes());
        assertTrue(Objects.requireNonNull(tracker.all().find(1, 2)).holds(2));
    }

    @Test
    void anAbandonedPointGivesItsHalfBack() {
        write(0, 4096);
        tracker.beginPoint(10);
        write(8192, 4096);
        tracker.abandonPoint();
        assertEquals(8192, tracker.all().blockBytes());
        assertTrue(tracker.beginPoint(12));
        assertTrue(tracker.completePoint(12));
        assertTrue(tracker.isEmpty());
    }

    @Test
    void namespaceOperationsMarkDirectories() {
        mark(
                OpWriter.rename(
                        buffer,
                        0,
                        FILE,
                        OLD,
                        new byte[] {'a'},
                        NEW,
                        new byte[] {'b'},
                        FileId.NONE,
                        0));
        assertTrue(Objects.requireNonNull(tracker.all().find(3, 4)).hasNames());
        assertTrue(Objects.requireNonNull(tracker.all().find(5, 6)).hasNames());
        buffer.clear();
        mark(
                OpWriter.creation(
                        buffer,
                        OpKind.CREATE,
                        0,
                        FILE,
                        OLD,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        new byte[] {'x'},
                        new byte[0]));
        assertTrue(Objects.requireNonNull(tracker.all().find(1, 2)).isWhole());
    }

    @Test
    void cutsAreRemembered() {
        int mask = Op.SET_SIZE;
        mark(OpWriter.setAttributes(buffer, 0, FILE, mask, 0, 0, 0, 100, 0, 0, 0, 0));
        buffer.clear();
        mark(OpWriter.setAttributes(buffer, 0, FILE, mask, 0, 0, 0, 5000, 0, 0, 0, 0));
        assertEquals(100, Objects.requireNonNull(tracker.all().find(1, 2)).cut());
    }

    @Test
    void punchedHolesAreMarkedAllocationsAreNot() {
        mark(OpWriter.allocate(buffer, 0, FILE, 0, 0, 1 << 20));
        assertEquals(0, tracker.blockBytes());
        assertNotNull(tracker.all().find(1, 2));
        buffer.clear();
        mark(OpWriter.allocate(buffer, 0, FILE, 3, 0, 1 << 20));
        assertEquals(1 << 20, tracker.blockBytes());
    }
}
