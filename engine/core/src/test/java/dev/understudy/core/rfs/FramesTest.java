package dev.understudy.core.rfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FramesTest {
    private static final Hello HELLO =
            new Hello(1, 3, Hello.Purpose.STREAM, "c", "pg", "nodeA", 7, -8, 9, 10, 11, 12);

    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);

    @Test
    void helloComesBackAsWritten() {
        HELLO.write(buffer);
        buffer.flip();
        assertEquals(buffer.remaining(), Frames.bytes(buffer, 0));
        assertEquals(HELLO, Hello.read(buffer));
        assertEquals(1, HELLO.commonVersion());
    }

    @Test
    void aHelloOfAnotherVersionIsRefused() {
        Hello later = new Hello(2, 3, Hello.Purpose.STREAM, "c", "pg", "n", 0, 0, 0, 0, 0, 0);
        BadFrame refusal = assertThrows(BadFrame.class, later::commonVersion);
        assertTrue(refusal.toString().contains("n speaks protocol 2 to 3, this node speaks 1"));
    }

    @Test
    void framesComeBackAsWritten() {
        Frames.error(buffer, Frames.Reason.HIGHER_EPOCH, 12, "later");
        assertEquals(Frames.Reason.HIGHER_EPOCH, Frames.reason(buffer, 0));
        assertEquals(12, Frames.value(buffer, 0));
        assertEquals("later", Frames.text(buffer, 0));
        buffer.clear();
        Frames.control(buffer, "pg", new byte[] {1, 2, 3});
        assertEquals("pg", Frames.controlModule(buffer, 0));
        assertArrayEquals(new byte[] {1, 2, 3}, Frames.controlPayload(buffer, 0));
        buffer.clear();
        Frames.received(buffer, 5, 4);
        assertEquals(5, Frames.value(buffer, 0));
        assertEquals(4, Frames.receivedConfirmed(buffer, 0));
        buffer.clear();
        Frames.outcome(buffer, FrameType.DURABLE, 6, 5);
        assertEquals(5, Frames.errno(buffer, 0));
    }

    @Test
    void moreOutcomesThanFitAreConfirmedInParts() {
        Source source = new Source(4096, 1);
        source.gate(true, true);
        Sink sink = new Sink(4096, 1);
        for (int i = 0; i < 2000; i++) {
            sink.offer(source.announce(i, false), i, false);
            source.nextToApply();
            source.done(-5, true);
        }
        long upTo = Frames.confirm(buffer, source.applied(), source.outcomes());
        assertEquals(Frames.OUTCOMES_MAX, upTo);
        Frames.confirmTo(buffer, 0, sink);
        assertEquals(Frames.OUTCOMES_MAX, sink.confirmed());
    }

    @Test
    void damagedHellosAreRefusedOrHarmless() {
        SplittableRandom random = new SplittableRandom(5);
        HELLO.write(buffer);
        byte[] good = new byte[buffer.position()];
        buffer.get(0, good);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            ByteBuffer bad = ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                bad.put(random.nextInt(good.length), (byte) random.nextInt());
            }
            bad.limit(random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length);
            try {
                Hello.read(bad);
            } catch (BadFrame e) {
                refused++;
            }
        }
        assertTrue(refused > 4000, "only " + refused + " refused");
    }
}
