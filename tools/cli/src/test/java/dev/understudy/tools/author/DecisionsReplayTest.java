package dev.understudy.tools.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.core.failover.Command;
import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Failover;
import dev.understudy.core.failover.FailoverRules;
import dev.understudy.core.failover.Isolation;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Rule;
import dev.understudy.core.failover.Saved;
import dev.understudy.core.failover.Settings;
import dev.understudy.core.failover.Step;
import dev.understudy.core.failover.Timing;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import dev.understudy.core.replay.Recording;
import dev.understudy.core.replay.RecordingWriter;
import dev.understudy.core.rules.RestartLimit;
import dev.understudy.tools.Safe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `safe replay --journal`: the decisions of a node run again.
class DecisionsReplayTest {
    @TempDir Path folder;
    private String out = "";
    private String err = "";

    private int safe(String... args) {
        StringWriter answer = new StringWriter();
        StringWriter messages = new StringWriter();
        int code = Safe.run(new PrintWriter(answer), new PrintWriter(messages, true), args);
        out = answer.toString();
        err = messages.toString();
        return code;
    }

    /// A new module is started, then stopped: STOP, WAIT, STOP.
    private static byte[] recorded(UnaryOperator<Effect> as) {
        Settings settings =
                new Settings(
                        new NodeId("server1"),
                        new NodeId("server2"),
                        "digest",
                        Isolation.PROTECT,
                        true,
                        true,
                        true,
                        false,
                        RestartLimit.DEFAULT,
                        Timing.DEFAULT,
                        FailoverRules.NONE);
        Node node =
                Failover.boot(settings, Saved.FRESH, Register.EMPTY, 7, "boot", 1_000_000).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(RecordingWriter.head("development", "shop", "server1"));
        RecordingWriter writer = new RecordingWriter();
        writer.opening(1_700_000_000_000L, Recording.Why.START, node);
        List<Event> events = new ArrayList<>();
        events.add(new Event.Mounted(2_000_000));
        events.add(new Event.Verified(3_000_000, 0));
        events.add(new Event.Commanded(4_000_000, 1, Command.START, false, false, 99));
        for (int i = 1; i < 10; i++) {
            events.add(new Event.Tick(4_000_000 + i * 50_000_000L));
        }
        events.add(new Event.Commanded(500_000_000, 2, Command.STOP, false, false, 98));
        for (Event event : events) {
            Step step = Failover.step(node, event);
            writer.step(event, step.effects().stream().map(as).toList(), "");
            bytes.writeBytes(writer.block());
            node = step.next();
        }
        return bytes.toByteArray();
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("decisions.rec"), bytes);
    }

    @Test
    void theSameDecisionsAreMade() throws IOException {
        Path file = file(recorded(UnaryOperator.identity()));
        assertEquals(0, safe("replay", "--journal", file.toString()), out + err);
        assertTrue(out.startsWith("shop on server1, recorded by version development\n"), out);
        assertTrue(out.contains("STOP -> WAIT  rule 100 START: started"), out);
        assertTrue(out.endsWith(": as recorded\n"), out);
        assertEquals("", err);
    }

    /// A rule that is another one than the one that decided.
    @Test
    void anotherRuleIsShownWithItsStep() throws IOException {
        Path file =
                file(
                        recorded(effect ->
                                effect instanceof Effect.Journal line && line.rule() == Rule.START
                                        ? new Effect.Journal(
                                                Rule.FORCED_PRIM,
                                                line.from(),
                                                line.to(),
                                                line.detail())
                                        : effect));
        assertEquals(1, safe("replay", "--journal", file.toString()), out + err);
        assertTrue(out.contains("differs at step 3, "), out);
        assertTrue(out.contains("Commanded[nowNs=4000000, id=1, command=START"), out);
        assertTrue(out.contains("  recorded:\n    STOP -> WAIT  106 FORCED_PRIM"), out);
        assertTrue(out.contains("  now:\n    STOP -> WAIT  100 START"), out);
    }

    @Test
    void programsReadItAsJson() throws IOException {
        Path file = file(recorded(UnaryOperator.identity()));
        assertEquals(0, safe("replay", "--format", "json", "--journal", file.toString()));
        JsonNode answer = new ObjectMapper().readTree(out);
        assertTrue(answer.path("same").asBoolean());
        assertEquals(13, answer.path("steps").asInt());
        assertEquals(100, answer.path("transitions").path(0).path("rule").asInt());
    }

    @Test
    void aModuleOfThisNodeIsFound() throws IOException {
        Path data = folder.resolve("lib/data/shop");
        Files.createDirectories(data);
        Files.write(data.resolve("decisions.rec"), recorded(UnaryOperator.identity()));
        Files.writeString(data.resolve("decisions.1.rec"), "of another program");
        String home = folder.toString();
        assertEquals(0, safe("replay", "--home", home, "--journal", "-m", "shop"), out + err);
        assertTrue(err.contains("decisions.1.rec: this is no recording of decisions; only"), err);
        assertEquals(3, safe("replay", "--home", home, "--journal", "-m", "other"));
        assertTrue(err.contains("there is no such file"), err);
    }

    @Test
    void badFilesAreRefused() throws IOException {
        byte[] bytes = recorded(UnaryOperator.identity());
        assertEquals(3, safe("replay", "--journal", folder.resolve("none").toString()));
        assertEquals(1, safe("replay", "--journal", file(new byte[0]).toString()));
        assertTrue(err.endsWith("decisions.rec: the file is empty\n"), err);
        assertEquals(1, safe("replay", "--journal", file(Arrays.copyOf(bytes, 30)).toString()));
        assertTrue(err.contains("the file ends within its head, after 30 bytes"), err);
        byte[] cut = Arrays.copyOf(bytes, bytes.length - 5);
        assertEquals(0, safe("replay", "--journal", file(cut).toString()));
        assertTrue(err.contains("cut after byte"), err);
        assertTrue(out.contains("12 steps, "), out);
        bytes[bytes.length - 3] ^= 1;
        assertEquals(1, safe("replay", "--journal", file(bytes).toString()));
        assertTrue(err.contains("damaged: the block at byte"), err);
    }

    @Test
    void oneFormIsAskedForAtATime() {
        assertEquals(2, safe("replay"));
        assertEquals(2, safe("replay", "--journal"));
        assertEquals(2, safe("replay", "--journal", "x", "-m", "shop"));
        assertEquals(2, safe("replay", "--journal", "x", "--trace", "y"));
    }
}
