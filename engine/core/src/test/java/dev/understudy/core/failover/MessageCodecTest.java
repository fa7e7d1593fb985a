package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.Epoch;
import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import dev.understudy.core.rules.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class MessageCodecTest {
    private static final List<Value> VALUES = List.of(Value.values());

    private static Beat beat(SplittableRandom random) {
        NodeId a = new NodeId("a".repeat(1 + random.nextInt(63)));
        NodeId b = new NodeId("b".repeat(1 + random.nextInt(63)));
        Lineage lineage = Lineage.NONE;
        for (int i = random.nextInt(40); i > 0; i--) {
            lineage = lineage.mint(new Generation(random.nextLong())).joined();
        }
        State[] states = State.values();
        DataState[] data = DataState.values();
        Set<NodeId> members =
                switch (random.nextInt(3)) {
                    case 0 -> Set.of();
                    case 1 -> Set.of(a);
                    default -> Set.of(a, b);
                };
        return new Beat(
                a,
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                states[random.nextInt(states.length)],
                data[random.nextInt(data.length)],
                new Register(
                        new Epoch(random.nextLong() >>> 1),
                        members,
                        members.isEmpty() ? null : a,
                        new Generation(random.nextLong())),
                lineage,
                "d".repeat(random.nextInt(65)),
                random.nextLong(),
                marks(random.nextInt(2048)),
                findings(random));
    }

    private static Findings findings(SplittableRandom random) {
        Findings all = Findings.NONE;
        for (int i = random.nextInt(FailoverRules.WATCHED_MAX + 1); i > 0; i--) {
            all = all.with(i - 1, VALUES.get(random.nextInt(3)));
        }
        return all;
    }

    private static Beat.Marks marks(int bits) {
        return new Beat.Marks(
                (bits & 1) != 0,
                (bits & 2) != 0,
                (bits & 4) != 0,
                (bits & 8) != 0,
                (bits & 16) != 0,
                (bits & 32) != 0,
                (bits & 64) != 0,
                (bits & 128) != 0,
                (bits & 256) != 0,
                (bits & 512) != 0,
                (bits & 1024) != 0);
    }

    @Test
    void whatIsWrittenIsRead() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2_000; i++) {
            Beat beat = beat(random);
            byte[] bytes = MessageCodec.encode(beat);
            assertTrue(bytes.length <= MessageCodec.LENGTH_MAX);
            assertEquals(beat, MessageCodec.decode(bytes));
        }
        Fenced fenced = new Fenced(new NodeId("a"), 7);
        assertEquals(fenced, MessageCodec.decode(MessageCodec.encode(fenced)));
    }

    @Test
    void damageNeverThrows() {
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = MessageCodec.encode(beat(random));
            switch (random.nextInt(3)) {
                case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
                case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
                default -> random.nextBytes(bytes);
            }
            Message read = MessageCodec.decode(bytes);
            if (read != null) {
                assertNotNull(MessageCodec.encode(read));
            }
        }
    }

    @Test
    void otherVersionsLengthsAndTailsAreRefused() {
        byte[] bytes = MessageCodec.encode(new Fenced(new NodeId("a"), 7));
        assertNull(MessageCodec.decode(Arrays.copyOf(bytes, bytes.length + 1)));
        assertNull(MessageCodec.decode(new byte[MessageCodec.LENGTH_MAX + 1]));
        assertNull(MessageCodec.decode(new byte[0]));
        bytes[0]++;
        assertNull(MessageCodec.decode(bytes));
    }
}
