package dev.understudy.tools.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.Archive;
import dev.understudy.tools.Safe;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A hook runs again with what it was told on a node.
class ReplayTest {
    private static final String SCRIPT =
            """
            import { exec, file, log, params, services, sleep } from 'safe';
            export default async ctx => {
              if (await file.exists('/srv/shop/lock')) await file.remove('/srv/shop/lock');
              await sleep('2s');
              log.info('password is', { of: params.password.name, from: ctx.state });
              await services.start('app');
            };
            """;

    private static final String TRACE =
            """
            {"format":1,"module":"shop","version":"1.0.0","digest":"0","entry":"scripts/start_prim.js",
             "context":{"state":"WAIT","force":false},"params":{"password":{"$secret":"password"}},
             "startedAtMs":1700000000000,"calls":[
              {"function":"file.exists","arguments":["/srv/shop/lock"],"value":true,"ms":3},
              {"function":"file.remove","arguments":["/srv/shop/lock"],"value":true,"ms":2},
              {"function":"services.start","arguments":["app"],
               "error":{"name":"ServiceError","message":"service 'app' did not start"},"ms":900}],
             "dropped":0,"end":{"kind":"FAILED","message":"ServiceError: service 'app' did not start",
             "where":"scripts/start_prim.js:6:9","value":null}}
            """;

    @TempDir Path folder;
    private String text = "";

    private int replay(String script, String trace) throws IOException {
        Map<String, Archive.File> files = Cases.base();
        files.put(
                "scripts/start_prim.js",
                new Archive.File(script.getBytes(StandardCharsets.UTF_8), false));
        Path module = folder.resolve("shop.safe");
        Files.write(module, Archive.of(files).toBytes());
        Path file = folder.resolve("trace.json");
        Files.writeString(file, trace);
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out);
        int code =
                Safe.run(writer, writer, "replay", "--trace", file.toString(), module.toString());
        text = out.toString();
        return code;
    }

    @Test
    void theSameScriptGoesTheSameWayInTheSameTime() throws IOException {
        assertEquals(0, replay(SCRIPT, TRACE), text);
        assertTrue(text.contains("      3 ms  file.exists[\"/srv/shop/lock\"] -> true"), text);
        assertTrue(text.contains("   2005 ms  log info: password is"), text);
        assertTrue(text.contains("   2905 ms  services.start[\"app\"] -> ServiceError"), text);
        assertTrue(text.endsWith("as recorded\n"), text);
    }

    @Test
    void aScriptThatAsksForSomethingElseIsStoppedThere() throws IOException {
        assertEquals(1, replay(SCRIPT.replace("start('app')", "start('web')"), TRACE), text);
        assertTrue(
                text.contains(
                        "differs: services.start[\"web\"] at scripts/start_prim.js:6:18 is asked for, and the"
                                + " trace goes on with services.start[\"app\"]"),
                text);
    }

    @Test
    void aMendedScriptEndsInAnotherWay() throws IOException {
        String mended =
                SCRIPT.replace(
                        "await services.start('app');",
                        "try { await services.start('app'); } catch (e) { log.warn(e.name); }");
        assertEquals(1, replay(mended, TRACE), text);
        assertTrue(text.contains("ended: OK\nrecorded: FAILED ServiceError"), text);
        assertTrue(text.contains("log warn: ServiceError"), text);
    }

    @Test
    void whatIsNoTraceIsRefused() throws IOException {
        assertEquals(1, replay(SCRIPT, "{}"));
        assertTrue(text.contains("this is no trace of format 1"), text);
        assertEquals(1, replay(SCRIPT, "no json"));
        assertTrue(text.contains("it is not JSON"), text);
    }
}
