package dev.understudy.core.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Command;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Failover;
import dev.understudy.core.failover.FailoverRules;
import dev.understudy.core.failover.Isolation;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Saved;
import dev.understudy.core.failover.Settings;
import dev.understudy.core.failover.Step;
import dev.understudy.core.failover.Timing;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import dev.understudy.core.rules.Condition;
import dev.understudy.core.rules.RestartLimit;
import dev.understudy.core.rules.Value;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is no recording, or no whole one, is told from one that is.
final class RecordingReaderTest {
    private static final Settings SETTINGS =
            new Settings(
                    new NodeId("a"),
                    new NodeId("b"),
                    "digest",
                    Isolation.PROTECT,
                    true,
                    true,
                    true,
                    false,
                    RestartLimit.DEFAULT,
                    Timing.DEFAULT,
                    new FailoverRules(
                            List.of(
                                    new FailoverRules.Entry(
                                            "r",
                                            "!(tcp.x == down)",
                                            new Condition.Not(
                                                    new Condition.Is(
                                                            false, List.of("tcp.x"), Value.DOWN)),
                                            0,
                                            dev.understudy.core.failover.Action.NONE)),
                            List.of(new FailoverRules.Watched("tcp.x", java.util.Set.of()))));

    /// One opening and twenty steps, each in a block.
    private static byte[] recorded() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(RecordingWriter.head("1.2", "shop", "a"));
        RecordingWriter writer = new RecordingWriter();
        Node node =
                Failover.boot(SETTINGS, Saved.FRESH, Register.EMPTY, 7, "boot", 1_000_000).next();
        writer.opening(1_700_000_000_000L, Recording.Why.START, node);
        for (int i = 0; i < 20; i++) {
            long now = 1_000_000 + i * 50_000_000L;
            Event event =
                    i == 0
                            ? new Event.Commanded(now, 1, Command.START, false, false, 99)
                            : new Event.Tick(now);
            Step step = Failover.step(node, event);
            writer.step(event, step.effects(), "");
            bytes.writeBytes(writer.block());
            node = step.next();
        }
        return bytes.toByteArray();
    }

    private static String problem(byte[] bytes) {
        return String.valueOf(
                assertThrows(BadRecording.class, () -> RecordingReader.read(bytes, "1.3"))
                        .getMessage());
    }

    @Test
    void tellsWhoWroteIt() throws BadRecording {
        Recording recording = RecordingReader.read(recorded(), "1.3");
        assertEquals(
                new Recording.Origin(Recording.ourShape(), "1.2", "shop", "a"), recording.origin());
        assertEquals(21, recording.entries().size());
        assertTrue(new Rerun().run(recording));
    }

    @Test
    void otherFilesAreNamedForWhatTheyAre() {
        assertEquals("the file is empty", problem(new byte[0]));
        assertEquals(
                "this is no recording of decisions",
                problem("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n".getBytes(StandardCharsets.UTF_8)));
        assertEquals(
                "a recording of another form: 'understudy decisions 9'",
                problem("understudy decisions 9\n....".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void anotherShapeNeedsItsOwnProgram() {
        Out origin = new Out();
        origin.whole(Recording.ourShape() + 1);
        origin.text("0.9");
        origin.text("shop");
        origin.text("a");
        byte[] other = RecordingWriter.framed(origin.toBytes());
        byte[] magic = RecordingWriter.MAGIC.getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(magic, magic.length + other.length);
        System.arraycopy(other, 0, all, magic.length, other.length);
        assertEquals(
                "recorded by version 0.9, whose states and events are not those of this version"
                        + " 1.3; replay it with the `safe` of that version",
                problem(all));
    }

    /// One bit anywhere.
    @Test
    void damageIsFoundWhereverItIs() {
        byte[] bytes = recorded();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= 0x10;
            problem(bytes);
            bytes[i] ^= 0x10;
        }
    }

    /// A cut file is read as far as it is whole, and says so.
    @Test
    void whatIsCutIsReadUpToThere() throws BadRecording {
        byte[] bytes = recorded();
        int head = RecordingWriter.head("1.2", "shop", "a").length;
        int most = 0;
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            if (length < head) {
                String why = problem(cut);
                assertTrue(length == 0 || why.startsWith("the file ends within its head"), why);
                continue;
            }
            Recording recording = RecordingReader.read(cut, "1.3");
            assertEquals(recording.wholeBytes() < length, recording.isCut());
            assertTrue(new Rerun().run(recording));
            most = Math.max(most, recording.entries().size());
        }
        assertEquals(20, most);
    }
}
