package dev.understudy.node.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.script.wire.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HostLinkTest {
    private static final ScriptRequest REQUEST =
            new ScriptRequest(
                    new ModuleScripts("digest", Map.of("scripts/start_prim.js", "")),
                    "scripts/start_prim.js",
                    Wire.JSON.createObjectNode(),
                    Wire.JSON.createObjectNode());

    private static final CallHandler NO_CALLS =
            new CallHandler() {
                @Override
                public JsonNode call(String function, JsonNode arguments) {
                    throw new AssertionError(function);
                }

                @Override
                public void log(String level, String text) {}
            };

    /// Nobody reads any more, as after the death of the host; its end of stream has not been seen.
    private static HostLink broken() {
        OutputStream out =
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("Broken pipe");
                    }
                };
        return new HostLink(
                new Wire(InputStream.nullInputStream(), out, () -> {}), Optional.empty());
    }

    private static HostLink sound() {
        return new HostLink(
                new Wire(InputStream.nullInputStream(), OutputStream.nullOutputStream(), () -> {}),
                Optional.empty());
    }

    @Test
    void whoLostARunDoesNotMeetTheSameHostAgain() {
        HostLink link = broken();
        HostLink.Run run = link.begin(REQUEST, NO_CALLS);
        assertEquals(ScriptEnd.Kind.LOST, run.end().join().kind());
        assertTrue(link.isGone());
    }

    @Test
    void aKilledHostIsGoneAtOnce() {
        HostLink link = sound();
        link.kill();
        assertTrue(link.isGone());
        assertEquals(ScriptEnd.Kind.LOST, link.begin(REQUEST, NO_CALLS).end().join().kind());
    }
}
