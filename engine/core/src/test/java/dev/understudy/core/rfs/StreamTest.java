package dev.understudy.core.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Source and sink against each other, the bytes being the sequence numbers themselves.
class StreamTest {
    @Nested
    class SourceAlone {
        private final Source source = new Source(8, 1);

        @Test
        void closedGateAppliesNothing() {
            source.announce(5, false);
            assertEquals(-1, source.nextToApply());
            source.gate(true, true);
            assertEquals(5, source.nextToApply());
        }

        @Test
        void withPeerNothingIsAppliedBeforeReceipt() {
            source.gate(true, false);
            source.announce(5, false);
            assertEquals(-1, source.nextToApply());
            assertEquals(5, source.nextToSend());
            assertEquals(-1, source.nextToApply());
            source.received(1, 0);
            assertEquals(5, source.nextToApply());
            assertEquals(-1, source.nextToApply());
            source.done(0, false);
            assertEquals(1, source.applied());
        }

        @Test
        void receiptsOfTheFutureAreRefused() {
            source.announce(1, false);
            assertThrows(BadFrame.class, () -> source.received(1, 0));
            source.nextToSend();
            assertThrows(BadFrame.class, () -> source.received(1, 1));
        }

        @Test
        void passiveOperationsArePassedOver() {
            source.gate(true, true);
            source.announce(1, true);
            source.announce(2, false);
            source.announce(3, true);
            assertEquals(2, source.nextToApply());
            source.done(0, false);
            assertEquals(-1, source.nextToApply());
            assertEquals(3, source.applied());
        }

        @Test
        void theWindowIsBounded() {
            for (int i = 0; i < 8; i++) {
                assertTrue(source.hasRoom());
                source.announce(i, false);
            }
            assertFalse(source.hasRoom());
            assertThrows(IllegalStateException.class, () -> source.announce(9, false));
        }

        @Test
        void aPeerOfAnotherStreamCannotResume() {
            source.announce(1, false);
            source.nextToSend();
            source.received(1, 0);
            assertFalse(source.resume(0));
            assertFalse(source.resume(2));
            assertTrue(source.resume(1));
        }
    }

    @Test
    void gapsAndOverflowsAreRefused() {
        Sink sink = new Sink(4, 10);
        assertEquals(Sink.Offer.GAP, sink.offer(11, 0, false));
        assertEquals(Sink.Offer.DUPLICATE, sink.offer(9, 0, false));
        for (int i = 10; i < 14; i++) {
            assertEquals(Sink.Offer.TAKEN, sink.offer(i, i, false));
        }
        assertEquals(Sink.Offer.OVERFLOW, sink.offer(14, 0, false));
        assertThrows(BadFrame.class, () -> sink.confirm(14));
    }

    @Test
    void takeOverAppliesTheTailAndDemotionDropsIt() {
        Sink sink = new Sink(8, 1);
        for (int i = 1; i <= 4; i++) {
            sink.offer(i, i, false);
        }
        sink.confirm(1);
        assertEquals(1, sink.nextToApply());
        sink.done();
        assertEquals(-1, sink.nextToApply());
        Sink loser = sink;
        sink.takeOver();
        for (int i = 2; i <= 3; i++) {
            assertEquals(i, sink.nextToApply());
            sink.done();
        }
        assertEquals(1, loser.demote());
        assertTrue(sink.isDrained());
        assertEquals(-1, sink.nextToApply());
    }

    /// Random batches, reconnections and failures: both sides end with the same operations in the
    /// same order, nothing is applied on the secondary before the primary, nothing on the primary
    /// before the secondary has it.
    @Test
    void bothSidesApplyTheSame() {
        for (long seed = 0; seed < 200; seed++) {
            new Pair(seed).run();
        }
    }

    private static final class Pair {
        private final SplittableRandom random;
        private final Source source = new Source(16, 1);
        private final Sink sink = new Sink(32, 1);
        private final ArrayDeque<ByteBuffer> toSink = new ArrayDeque<>();
        private final ArrayDeque<long[]> toSource = new ArrayDeque<>();
        private final List<Long> here = new ArrayList<>();
        private final List<Long> there = new ArrayList<>();

        Pair(long seed) {
            random = new SplittableRandom(seed);
            source.gate(true, false);
        }

        void run() {
            for (int step = 0; step < 2000; step++) {
                step(random.nextInt(12));
            }
            while (sink.applied() < source.announced()) {
                step(1);
                step(2);
                step(3);
                step(4);
                step(5);
                step(6);
            }
            assertEquals(here, there);
        }

        private void step(int what) {
            switch (what) {
                case 0 -> {
                    if (source.hasRoom()) {
                        source.announce((int) (source.announced() + 1), false);
                    }
                }
                case 1 -> {
                    int slot = source.nextToSend();
                    if (slot >= 0) {
                        toSink.add(confirm());
                        toSink.add(frame(slot));
                    }
                }
                case 2 -> {
                    if (!toSink.isEmpty() && sink.hasRoom()) {
                        take(toSink.remove());
                    }
                }
                case 3 -> toSource.add(new long[] {sink.received(), sink.confirmed()});
                case 4 -> {
                    if (!toSource.isEmpty()) {
                        long[] receipt = toSource.remove();
                        source.received(receipt[0], receipt[1]);
                    }
                }
                case 5 -> applyHere();
                case 6 -> {
                    toSink.add(confirm());
                    applyThere();
                }
                case 7 -> {
                    if (random.nextInt(20) == 0) {
                        reconnect();
                    }
                }
                default -> applyThere();
            }
        }

        private void reconnect() {
            while (!toSink.isEmpty() && sink.hasRoom() && random.nextBoolean()) {
                take(toSink.remove());
            }
            toSink.clear();
            toSource.clear();
            assertTrue(source.resume(sink.received()));
        }

        private ByteBuffer frame(long seq) {
            ByteBuffer frame = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
            OpWriter.sync(frame, 0, FileId.NONE, 0);
            Op.seq(frame, 0, seq);
            return frame;
        }

        private ByteBuffer confirm() {
            ByteBuffer frame = ByteBuffer.allocate(20_000).order(ByteOrder.LITTLE_ENDIAN);
            long upTo = Frames.confirm(frame, source.applied(), source.outcomes());
            assertTrue(upTo <= source.applied());
            return frame;
        }

        private void take(ByteBuffer frame) {
            if (Frames.type(frame, 0) == FrameType.CONFIRM) {
                Frames.confirmTo(frame, 0, sink);
                return;
            }
            long seq = Op.seq(frame, 0);
            Sink.Offer offer = sink.offer(seq, (int) seq, false);
            assertTrue(offer == Sink.Offer.TAKEN || offer == Sink.Offer.DUPLICATE, "" + offer);
        }

        private void applyHere() {
            int slot = source.nextToApply();
            if (slot < 0) {
                return;
            }
            assertTrue(slot <= sink.received(), "applied before the peer has it");
            boolean fails = slot % 7 == 0;
            if (!fails) {
                here.add((long) slot);
            }
            source.done(fails ? -28 : 0, fails);
        }

        private void applyThere() {
            int slot = sink.nextToApply();
            if (slot < 0) {
                return;
            }
            assertTrue(slot <= source.applied(), "secondary ahead of primary");
            int outcome = sink.outcomeIndex();
            assertEquals(slot % 7 == 0, outcome >= 0);
            if (outcome < 0) {
                there.add((long) slot);
            } else {
                assertEquals(-28, sink.outcomes().result(outcome));
            }
            sink.done();
        }
    }
}
