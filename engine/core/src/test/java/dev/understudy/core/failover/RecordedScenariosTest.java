package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.replay.BadRecording;
import dev.understudy.core.replay.Recording;
import dev.understudy.core.replay.RecordingReader;
import dev.understudy.core.replay.RecordingWriter;
import dev.understudy.core.replay.Rerun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Scenarios as recordings: they go the same way again, and one other word of a rule is found.
final class RecordedScenariosTest {
    static List<Path> files() throws IOException {
        return ScenarioTest.files();
    }

    @ParameterizedTest
    @MethodSource("files")
    void goesTheSameWayAgain(Path file) throws Exception {
        Scenario scenario = new Scenario();
        ScenarioTest.played(scenario, Files.readString(file));
        for (Duo.Side side : List.of(scenario.duo.a, scenario.duo.b)) {
            Recording recording = read(recorded(side.taken));
            assertEquals(entries(side.taken), recording.entries());
            Rerun rerun = new Rerun();
            assertTrue(rerun.run(recording), rerun.difference().toString());
            assertEquals(side.taken.size(), rerun.steps());
            assertEquals(moves(side.taken), rerun.moves().stream().map(m -> m.line()).toList());
        }
    }

    @Test
    void anotherRuleIsFoundAtItsStep() throws Exception {
        Duo duo = Duo.pair();
        duo.a.die();
        duo.go(4_000);
        List<Duo.Taken> taken = duo.b.taken;
        int expected = 0;
        while (!isTakeOver(taken.get(expected).step())) {
            expected++;
        }
        Rerun rerun = new Rerun((node, event) -> mutated(Failover.step(node, event)));
        assertFalse(rerun.run(read(recorded(taken))));
        Rerun.Difference difference = rerun.difference().orElseThrow();
        assertEquals(expected + 1, difference.step());
        assertTrue(
                difference.recorded().getFirst().contains("221 SECOND_TAKES_OVER"),
                difference.toString());
        assertTrue(difference.now().getFirst().contains("224 TAKES_OVER_AVAILABLE"));
        assertTrue(difference.before().startsWith("SECOND UP_TO_DATE"), difference.before());
    }

    @Test
    void anotherStateInTheRecordingIsFound() throws Exception {
        Duo duo = Duo.pair();
        duo.a.die();
        duo.go(4_000);
        List<Duo.Taken> taken = new ArrayList<>(duo.b.taken);
        int at = taken.size() / 2;
        Duo.Taken one = taken.get(at);
        List<Effect> more = new ArrayList<>(one.step().effects());
        more.addFirst(new Effect.Journal(Rule.STOP, State.SECOND, State.WAIT, ""));
        taken.set(at, new Duo.Taken(one.before(), one.event(), new Step(one.step().next(), more)));
        Rerun rerun = new Rerun();
        assertFalse(rerun.run(read(recorded(taken))));
        assertEquals(at + 1, rerun.difference().orElseThrow().step());
    }

    /// A heartbeat that says nothing new, and what follows from it, takes some twenty bytes.
    @Test
    void restTakesLittleRoom() throws Exception {
        Duo duo = Duo.pair();
        duo.b.taken.clear();
        duo.go(60_000);
        int bytes = recorded(duo.b.taken).length;
        assertTrue(bytes < 20 * duo.b.taken.size(), bytes + " for " + duo.b.taken.size());
    }

    private static boolean isTakeOver(Step step) {
        return step.effects().stream()
                .anyMatch(e ->
                        e instanceof Effect.Journal line && line.rule() == Rule.SECOND_TAKES_OVER);
    }

    private static Step mutated(Step step) {
        List<Effect> effects = new ArrayList<>(step.effects());
        effects.replaceAll(effect ->
                effect instanceof Effect.Journal line && line.rule() == Rule.SECOND_TAKES_OVER
                        ? new Effect.Journal(
                                Rule.TAKES_OVER_AVAILABLE, line.from(), line.to(), line.detail())
                        : effect);
        return new Step(step.next(), effects);
    }

    private static byte[] recorded(List<Duo.Taken> taken) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(RecordingWriter.head("test", "m", "a"));
        RecordingWriter writer = new RecordingWriter();
        if (!taken.isEmpty()) {
            writer.opening(0, Recording.Why.START, taken.getFirst().before());
        }
        for (Duo.Taken one : taken) {
            writer.step(one.event(), one.step().effects(), "");
            if (writer.length() > 1_000) {
                bytes.writeBytes(writer.block());
            }
        }
        bytes.writeBytes(writer.block());
        return bytes.toByteArray();
    }

    private static Recording read(byte[] bytes) throws BadRecording {
        return RecordingReader.read(bytes, "test");
    }

    private static List<Recording.Entry> entries(List<Duo.Taken> taken) {
        List<Recording.Entry> entries = new ArrayList<>();
        if (!taken.isEmpty()) {
            Node first = taken.getFirst().before();
            entries.add(new Recording.Opening(0, Recording.Why.START, first));
        }
        for (Duo.Taken one : taken) {
            entries.add(new Recording.Stepped(one.event(), one.step().effects(), ""));
        }
        return entries;
    }

    private static List<Effect.Journal> moves(List<Duo.Taken> taken) {
        List<Effect.Journal> moves = new ArrayList<>();
        for (Duo.Taken one : taken) {
            for (Effect effect : one.step().effects()) {
                if (effect instanceof Effect.Journal line) {
                    moves.add(line);
                }
            }
        }
        return moves;
    }
}
