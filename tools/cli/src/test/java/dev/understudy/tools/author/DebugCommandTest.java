package dev.understudy.tools.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.tools.Safe;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Scripts under the inspector, by the protocol that Chrome speaks.
class DebugCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path LIBRARY = Path.of("../../module-library");

    @TempDir Path folder;

    /// `safe debug` in a thread of its own.
    private static final class Run {
        private final StringWriter out = new StringWriter();
        private final CompletableFuture<Integer> code;

        Run(String... arguments) {
            PrintWriter writer = new PrintWriter(out, true);
            // a thread of its own: those of the common pool are needed to connect
            code =
                    CompletableFuture.supplyAsync(
                            () -> Safe.run(writer, writer, arguments),
                            task -> Thread.ofPlatform().daemon().start(task));
        }

        String text() {
            synchronized (out.getBuffer()) {
                return out.toString();
            }
        }

        URI address() throws Exception {
            Pattern pattern = Pattern.compile("ws://127\\.0\\.0\\.1:\\d+/[0-9a-f]{32}\\s");
            for (int i = 0; i < 600; i++) {
                Matcher m = pattern.matcher(text());
                if (m.find()) {
                    return URI.create(m.group().strip());
                }
                assertFalse(code.isDone(), () -> text());
                Thread.sleep(100);
            }
            throw new AssertionError("no address within 60 s: " + text());
        }

        int end() throws Exception {
            return code.get(60, TimeUnit.SECONDS);
        }
    }

    /// A front end.
    private static final class Chrome implements WebSocket.Listener, AutoCloseable {
        private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
        private final StringBuilder part = new StringBuilder();
        private final HttpClient client = HttpClient.newHttpClient();
        private final WebSocket socket;
        private int last;

        Chrome(URI address) throws Exception {
            socket = connect(client, address, this);
            send("Runtime.enable", "{}");
            send("Debugger.enable", "{}");
        }

        // the port opens a moment after its address was printed
        static WebSocket connect(HttpClient client, URI address, WebSocket.Listener listener)
                throws Exception {
            for (int i = 0; ; i++) {
                try {
                    return client.newWebSocketBuilder()
                            .buildAsync(address, listener)
                            .get(10, TimeUnit.SECONDS);
                } catch (java.util.concurrent.ExecutionException e) {
                    if (i == 100) {
                        throw e;
                    }
                    Thread.sleep(100);
                }
            }
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
            part.append(data);
            if (isLast) {
                try {
                    messages.add(JSON.readTree(part.toString()));
                } catch (IOException e) {
                    messages.add(JSON.getNodeFactory().textNode("no JSON: " + part));
                }
                part.setLength(0);
            }
            from.request(1);
            return CompletableFuture.completedStage(null);
        }

        JsonNode send(String method, String params) throws Exception {
            int id = ++last;
            socket.sendText(
                            "{\"id\":%d,\"method\":\"%s\",\"params\":%s}"
                                    .formatted(id, method, params),
                            true)
                    .get(10, TimeUnit.SECONDS);
            return next(m -> m.path("id").asInt() == id);
        }

        JsonNode next(java.util.function.Predicate<JsonNode> wanted) throws Exception {
            java.util.List<JsonNode> seen = new java.util.ArrayList<>();
            try {
                for (; ; ) {
                    JsonNode message = messages.poll(30, TimeUnit.SECONDS);
                    if (message == null) {
                        throw new AssertionError("not within 30 s; there was " + seen);
                    }
                    if (wanted.test(message)) {
                        return message;
                    }
                    seen.add(message);
                }
            } finally {
                messages.addAll(seen);
            }
        }

        /// Waits for the next stop; gives the place as `path:line`, 1-based.
        String stop() throws Exception {
            JsonNode paused = next(m -> m.path("method").asText().equals("Debugger.paused"));
            messages.remove(paused);
            JsonNode frame = paused.path("params").path("callFrames").path(0);
            String id = frame.path("location").path("scriptId").asText();
            JsonNode script =
                    next(m ->
                            m.path("method").asText().equals("Debugger.scriptParsed")
                                    && m.path("params").path("scriptId").asText().equals(id));
            String url = script.path("params").path("url").asText();
            return url.replaceFirst("^.*/m/", "")
                    + ":"
                    + (frame.path("location").path("lineNumber").asInt() + 1);
        }

        void resume() throws Exception {
            send("Debugger.resume", "{}");
        }

        @Override
        public void close() {
            socket.abort();
            client.close();
        }
    }

    @Test
    void aHookStopsAtItsBeginningAndAtABreakpoint() throws Exception {
        Run run =
                new Run(
                        "debug",
                        "--port",
                        "0",
                        "start_prim",
                        LIBRARY.resolve("postgresql").toString());
        URI address = run.address();
        assertTrue(run.text().contains("devtools://devtools/bundled/js_app.html?ws=127.0.0.1:"));
        try (Chrome chrome = new Chrome(address)) {
            chrome.send("Runtime.runIfWaitingForDebugger", "{}");
            assertEquals("understudy-begin.js:4", chrome.stop());
            JsonNode set =
                    chrome.send(
                            "Debugger.setBreakpointByUrl",
                            "{\"urlRegex\":\".*start_prim.js\",\"lineNumber\":25}");
            assertEquals(1, set.path("result").path("locations").size(), set::toString);
            chrome.resume();
            assertEquals("scripts/start_prim.js:26", chrome.stop());
            // the line is come to once more when what it awaits is there
            chrome.send("Debugger.setBreakpointsActive", "{\"active\":false}");
            chrome.resume();
            assertEquals(0, run.end(), run::text);
        }
        assertTrue(run.text().contains("db runs") && run.text().contains("ended well"), run::text);
    }

    @Test
    void aTestIsFoundByAPartOfItsName() throws Exception {
        Run run =
                new Run(
                        "debug",
                        "--port",
                        "0",
                        "crash are removed",
                        LIBRARY.resolve("postgresql").toString());
        try (Chrome chrome = new Chrome(run.address())) {
            chrome.send("Runtime.runIfWaitingForDebugger", "{}");
            assertEquals("understudy-begin.js:4", chrome.stop());
            chrome.resume();
            assertEquals(0, run.end(), run::text);
        }
        assertTrue(
                run.text().contains("debugging tests/start.js: the lock files of a crash"),
                run::text);
    }

    @Test
    void aFailureIsTold() throws Exception {
        Path module = folder.resolve("shop");
        assertEquals(
                0,
                Safe.run(
                        new PrintWriter(new StringWriter()),
                        new PrintWriter(new StringWriter()),
                        "new",
                        "mirror",
                        "shop",
                        "--yes",
                        "-o",
                        module.toString()));
        Files.writeString(
                module.resolve("scripts/start_prim.js"),
                "export default async () => {\n  throw new Error('no licence');\n};\n");
        Run run = new Run("debug", "--port", "0", "start_prim", module.toString());
        try (Chrome chrome = new Chrome(run.address())) {
            chrome.send("Runtime.runIfWaitingForDebugger", "{}");
            assertEquals("understudy-begin.js:4", chrome.stop());
            chrome.resume();
            assertEquals(1, run.end(), run::text);
        }
        assertTrue(run.text().contains("failed: scripts/start_prim.js:2"), run::text);
    }

    @Test
    void onlyThisMachineAndOnlyTheSecretPathAreAnswered() throws Exception {
        Run run =
                new Run(
                        "debug",
                        "--port",
                        "0",
                        "start_prim",
                        LIBRARY.resolve("postgresql").toString());
        URI address = run.address();
        try (Chrome chrome = new Chrome(address)) {
            for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                for (InetAddress own : Collections.list(one.getInetAddresses())) {
                    if (!own.isLoopbackAddress()) {
                        try (Socket socket = new Socket()) {
                            InetSocketAddress there = new InetSocketAddress(own, address.getPort());
                            assertThrows(IOException.class, () -> socket.connect(there, 2000));
                        }
                    }
                }
            }
            URI guessed = URI.create("ws://127.0.0.1:" + address.getPort() + "/guessed");
            CompletableFuture<Integer> closed = new CompletableFuture<>();
            WebSocket.Listener listener =
                    new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onClose(WebSocket from, int code, String why) {
                            closed.complete(code);
                            return CompletableFuture.completedStage(null);
                        }

                        @Override
                        public void onError(WebSocket from, Throwable error) {
                            closed.complete(-1);
                        }
                    };
            try (HttpClient client = HttpClient.newHttpClient()) {
                WebSocket other = Chrome.connect(client, guessed, listener);
                assertNotEquals(WebSocket.NORMAL_CLOSURE, closed.get(10, TimeUnit.SECONDS));
                other.abort();
            }
            chrome.send("Runtime.runIfWaitingForDebugger", "{}");
            assertEquals("understudy-begin.js:4", chrome.stop());
            chrome.resume();
            assertEquals(0, run.end(), run::text);
        }
    }

    @Test
    void mistakesOfTheCallerAreTold() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            String port = String.valueOf(taken.getLocalPort());
            Run run =
                    new Run(
                            "debug",
                            "--port",
                            port,
                            "start_prim",
                            LIBRARY.resolve("postgresql").toString());
            assertEquals(2, run.end(), run::text);
            assertTrue(run.text().contains("port " + port + " is taken"), run::text);
        }
        Run nothing = new Run("debug");
        assertEquals(2, nothing.end(), nothing::text);
        assertTrue(nothing.text().contains("say what"), nothing::text);
        Run none =
                new Run(
                        "debug",
                        "--port",
                        "0",
                        "start_nothing",
                        LIBRARY.resolve("ledger").toString());
        assertEquals(1, none.end(), none::text);
        assertTrue(none.text().contains("no hook, checker or test is called"), none::text);
    }
}
