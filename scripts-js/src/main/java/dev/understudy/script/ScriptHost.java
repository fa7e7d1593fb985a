package dev.understudy.script;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.script.wire.Kind;
import dev.understudy.script.wire.Wire;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// Main class of the script host process.
///
/// `ScriptHost --role hooks|checkers (--stdio | --connect SOCKET)`. Ends when the daemon closes the
/// connection, and so never outlives it. Ends itself with code 3 when the heap is exhausted
/// (`-XX:+ExitOnOutOfMemoryError`).
public final class ScriptHost implements Daemon {
    private static final long BUDGET_BYTES = 1L << 30;
    private static final int RUNS_MAX = 64;
    private static final int CONNECT_ATTEMPTS = 3000;
    private static final long CONNECT_PAUSE_NS = 20_000_000;

    private final Wire wire;
    private final Sandbox sandbox;
    private final RealTimers timers;
    private final AllocationWatch watch = new AllocationWatch();
    private final Map<String, ArchiveFiles> modules = new HashMap<>();
    private final Map<Long, ScriptRun> runs = new ConcurrentHashMap<>();

    private ScriptHost(Wire wire, Sandbox sandbox, RealTimers timers) {
        this.wire = wire;
        this.sandbox = sandbox;
        this.timers = timers;
    }

    /// Runs the host until the daemon goes.
    ///
    /// @param args see the class
    public static void main(String[] args) throws IOException {
        List<String> words = List.of(args);
        String role = option(words, "--role");
        String socket = option(words, "--connect");
        if (role.isEmpty() || (socket.isEmpty() && !words.contains("--stdio"))) {
            System.err.println(
                    "usage: ScriptHost --role hooks|checkers (--stdio | --connect SOCKET);"
                            + " started by the daemon, not by people");
            System.exit(2);
        }
        Sandbox sandbox = new Sandbox();
        RealTimers timers = new RealTimers();
        if (socket.isEmpty()) {
            Wire wire = standard();
            warmUp(sandbox, timers);
            new ScriptHost(wire, sandbox, timers).serve(role);
        } else {
            // The daemon is starting too: it finds a host that is ready.
            warmUp(sandbox, timers);
            new ScriptHost(connect(Path.of(socket)), sandbox, timers).serve(role);
        }
        // scripts that still run must not keep the process
        Runtime.getRuntime().halt(0);
    }

    private static String option(List<String> words, String name) {
        int index = words.indexOf(name);
        return index >= 0 && index + 1 < words.size() ? words.get(index + 1) : "";
    }

    private static Wire standard() {
        FileInputStream in = new FileInputStream(FileDescriptor.in);
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        // whatever else prints must not get between the frames
        System.setOut(new PrintStream(System.err, true, StandardCharsets.UTF_8));
        return new Wire(in, out, in);
    }

    /// Connects; the daemon may be a minute behind.
    private static Wire connect(Path socket) throws IOException {
        IOException last = null;
        for (int attempt = 0; attempt < CONNECT_ATTEMPTS; attempt++) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                return new Wire(
                        Channels.newInputStream(channel),
                        Channels.newOutputStream(channel),
                        channel);
            } catch (IOException e) {
                channel.close();
                last = e;
                LockSupport.parkNanos(CONNECT_PAUSE_NS);
            }
        }
        throw new IOException("no daemon at " + socket, last);
    }

    /// Runs an empty script, so that the first real one does not pay for the engine's start.
    private static void warmUp(Sandbox sandbox, RealTimers timers) {
        Outcome[] outcome = new Outcome[1];
        Daemon nobody = new Nobody(outcome);
        ArchiveFiles files =
                new ArchiveFiles(
                        Map.of(
                                "warm.js",
                                "import { sleep } from 'safe';\nexport default async () => sleep(1);"),
                        Sandbox.SAFE_MODULE);
        new ScriptRun(
                        new ScriptRun.Request(0, "warm.js", "{}", "{}", List.of()),
                        sandbox,
                        files,
                        nobody,
                        timers)
                .run();
        if (outcome[0].kind() != Outcome.Kind.OK) {
            throw new IllegalStateException("script engine does not work: " + outcome[0]);
        }
    }

    private void serve(String role) throws IOException {
        wire.write(
                Wire.message(Kind.HELLO)
                        .put("v", Wire.VERSION)
                        .put("role", role)
                        .put("pid", ProcessHandle.current().pid()));
        for (ObjectNode message = wire.read(); message != null; message = wire.read()) {
            take(message);
        }
    }

    private void take(ObjectNode message) {
        ScriptRun run = runs.get(message.path("run").asLong());
        switch (Kind.of(message.path("t").asText())) {
            case LOAD -> load(message);
            case UNLOAD -> modules.remove(message.path("module").asText());
            case RUN -> run(message);
            case REPLY -> {
                if (run != null) {
                    JsonNode error = message.get("error");
                    run.reply(message.path("id").asLong(), message.path("value"), error);
                }
            }
            case SIGNAL -> {
                if (run != null) {
                    run.signal(message.path("reason").asText("the deadline has passed"));
                }
            }
            case INTERRUPT -> {
                if (run != null) {
                    run.interrupt();
                }
            }
            case CLOSE -> {
                if (run != null) {
                    run.close();
                }
            }
            case PING -> pong(message.path("id").asLong());
            case HELLO, CALL, CANCEL, LOG, AWAITING, RESULT, PONG, UNKNOWN -> {
                // not for a host, or from a newer daemon: nothing to do
            }
        }
    }

    private void load(ObjectNode message) {
        Map<String, String> files = new HashMap<>();
        message.path("files")
                .properties()
                .forEach(e -> files.put(e.getKey(), e.getValue().asText()));
        modules.put(
                message.path("module").asText(),
                new ArchiveFiles(Map.copyOf(files), Sandbox.SAFE_MODULE));
    }

    private void run(ObjectNode message) {
        long id = message.path("run").asLong();
        String entry = message.path("entry").asText();
        ArchiveFiles files = modules.get(message.path("module").asText());
        if (files == null || !files.has(entry)) {
            result(id, Outcome.failed("no script " + entry + " in the module", entry, List.of()));
            return;
        }
        if (runs.size() >= RUNS_MAX) {
            result(
                    id,
                    Outcome.failed("more than " + RUNS_MAX + " scripts at once", entry, List.of()));
            return;
        }
        ScriptRun run =
                new ScriptRun(
                        new ScriptRun.Request(
                                id,
                                entry,
                                message.path("ctx").toString(),
                                message.path("params").toString(),
                                List.of()),
                        sandbox,
                        files,
                        this,
                        timers);
        runs.put(id, run);
        long budgetBytes = message.path("budgetBytes").asLong(BUDGET_BYTES);
        Thread.ofPlatform()
                .daemon()
                .name("script-" + entry)
                .start(() -> {
                    watch.begin(run, Thread.currentThread().threadId(), budgetBytes);
                    try {
                        run.run();
                    } finally {
                        watch.end(run);
                        runs.remove(id);
                    }
                });
    }

    private void pong(long id) {
        Runtime runtime = Runtime.getRuntime();
        send(
                Wire.message(Kind.PONG)
                        .put("id", id)
                        .put("heapBytes", runtime.totalMemory() - runtime.freeMemory())
                        .put("runs", runs.size()));
    }

    @Override
    public void call(long run, long id, String function, JsonNode arguments, String at) {
        ObjectNode message =
                Wire.message(Kind.CALL)
                        .put("run", run)
                        .put("id", id)
                        .put("fn", function)
                        .put("at", at);
        message.set("args", arguments);
        send(message);
    }

    @Override
    public void cancel(long run, long id) {
        send(Wire.message(Kind.CANCEL).put("run", run).put("id", id));
    }

    @Override
    public void log(long run, String level, String text, String fields) {
        send(
                Wire.message(Kind.LOG)
                        .put("run", run)
                        .put("level", level)
                        .put("text", text)
                        .put("fields", fields));
    }

    @Override
    public void awaiting(long run, List<String> calls) {
        ObjectNode message = Wire.message(Kind.AWAITING).put("run", run);
        calls.forEach(message.putArray("awaiting")::add);
        send(message);
    }

    @Override
    public void result(long run, Outcome outcome) {
        ObjectNode message =
                Wire.message(Kind.RESULT)
                        .put("run", run)
                        .put("outcome", outcome.kind().name().toLowerCase(Locale.ROOT))
                        .put("value", outcome.value())
                        .put("message", outcome.message())
                        .put("where", outcome.where());
        ArrayNode stack = message.putArray("stack");
        outcome.stack().forEach(stack::add);
        ArrayNode awaiting = message.putArray("awaiting");
        outcome.awaiting().forEach(awaiting::add);
        send(message);
    }

    private void send(ObjectNode message) {
        try {
            wire.write(message);
        } catch (IOException e) {
            // without its daemon a host is of no use and must not go on
            Runtime.getRuntime().halt(0);
        }
    }

    /// Answers nobody: for the warm-up.
    private record Nobody(Outcome[] outcome) implements Daemon {
        @Override
        public void call(long run, long id, String function, JsonNode arguments, String at) {}

        @Override
        public void cancel(long run, long id) {}

        @Override
        public void log(long run, String level, String text, String fields) {}

        @Override
        public void awaiting(long run, List<String> calls) {}

        @Override
        public void result(long run, Outcome end) {
            outcome[0] = end;
        }
    }
}
