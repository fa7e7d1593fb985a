package dev.understudy.node.script;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.script.wire.Kind;
import dev.understudy.script.wire.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// One connection to one script host process, from its hello to its end.
final class HostLink {
    private static final int MODULES_MAX = 64;

    /// A run on this host.
    static final class Run {
        private final long id;
        private final CallHandler handler;
        private final CompletableFuture<ScriptEnd> end = new CompletableFuture<>();
        private final Map<Long, Thread> calls = new ConcurrentHashMap<>();
        private volatile List<String> awaited = List.of();

        Run(long id, CallHandler handler) {
            this.id = id;
            this.handler = handler;
        }

        CompletableFuture<ScriptEnd> end() {
            return end;
        }

        /// What was open when the deadline came.
        List<String> awaited() {
            return awaited;
        }
    }

    private static final AtomicLong LAST_RUN = new AtomicLong();

    private final Wire wire;
    private final Optional<ProcessHandle> process;
    private final Map<Long, Run> runs = new ConcurrentHashMap<>();
    private final Set<String> loaded = new HashSet<>();
    private volatile boolean isGone;

    HostLink(Wire wire, Optional<ProcessHandle> process) {
        this.wire = wire;
        this.process = process;
    }

    /// Begins a run; it ends as LOST if the host goes.
    Run begin(ScriptRequest request, CallHandler handler) {
        Run run = new Run(LAST_RUN.incrementAndGet(), handler);
        runs.put(run.id, run);
        try {
            load(request.scripts());
            ObjectNode message =
                    Wire.message(Kind.RUN)
                            .put("run", run.id)
                            .put("module", request.scripts().digest())
                            .put("entry", request.entry());
            message.set("ctx", request.context());
            message.set("params", request.params());
            wire.write(message);
        } catch (IOException e) {
            lose(run, e);
        }
        if (isGone) {
            finish(run, ScriptEnd.lost("the script host is gone"));
        }
        return run;
    }

    private synchronized void load(ModuleScripts scripts) throws IOException {
        if (loaded.contains(scripts.digest())) {
            return;
        }
        if (loaded.size() >= MODULES_MAX && runs.size() <= 1) {
            for (String digest : loaded) {
                wire.write(Wire.message(Kind.UNLOAD).put("module", digest));
            }
            loaded.clear();
        }
        ObjectNode message = Wire.message(Kind.LOAD).put("module", scripts.digest());
        ObjectNode files = message.putObject("files");
        scripts.files().forEach(files::put);
        wire.write(message);
        loaded.add(scripts.digest());
    }

    /// Tells the host something about a run: SIGNAL, INTERRUPT or CLOSE.
    void tell(Run run, Kind kind, String reason) {
        try {
            wire.write(Wire.message(kind).put("run", run.id).put("reason", reason));
        } catch (IOException e) {
            lose(run, e);
        }
    }

    /// Tells whether the host has ended.
    boolean isGone() {
        return isGone;
    }

    /// Ends the host; all its runs are lost.
    void kill() {
        isGone = true;
        process.ifPresent(ProcessHandle::destroyForcibly);
        try {
            // a host without its daemon ends itself
            wire.close();
        } catch (IOException _) {
            // it is closed already
        }
    }

    /// Reads until the host goes.
    void serve() {
        String reason = "it ended";
        try {
            for (ObjectNode message = wire.read(); message != null; message = wire.read()) {
                take(message);
            }
        } catch (IOException e) {
            reason = String.valueOf(e.getMessage());
        }
        isGone = true;
        process.ifPresent(ProcessHandle::destroyForcibly);
        for (Run run : List.copyOf(runs.values())) {
            finish(run, ScriptEnd.lost("the script host is gone: " + reason));
        }
    }

    private void take(ObjectNode message) {
        Run run = runs.get(message.path("run").asLong());
        if (run == null) {
            return;
        }
        switch (Kind.of(message.path("t").asText())) {
            case CALL -> call(run, message);
            case CANCEL -> {
                Thread caller = run.calls.get(message.path("id").asLong());
                if (caller != null) {
                    caller.interrupt();
                }
            }
            case LOG -> {
                String fields = message.path("fields").asText();
                String text = message.path("text").asText();
                run.handler.log(
                        message.path("level").asText("info"),
                        fields.isEmpty() ? text : text + " " + fields);
            }
            case AWAITING -> run.awaited = strings(message.path("awaiting"));
            case RESULT -> finish(run, end(message));
            case HELLO, LOAD, UNLOAD, RUN, REPLY, SIGNAL, INTERRUPT, CLOSE, PING, PONG, UNKNOWN -> {
                // not for a daemon, or from a newer host: nothing to do
            }
        }
    }

    private static ScriptEnd end(ObjectNode message) {
        ScriptEnd.Kind kind =
                switch (message.path("outcome").asText()) {
                    case "ok" -> ScriptEnd.Kind.OK;
                    case "stopped" -> ScriptEnd.Kind.STOPPED;
                    case "exhausted" -> ScriptEnd.Kind.EXHAUSTED;
                    default -> ScriptEnd.Kind.FAILED;
                };
        return new ScriptEnd(
                kind,
                message.path("value").asText(),
                message.path("message").asText(),
                message.path("where").asText(),
                strings(message.path("stack")),
                strings(message.path("awaiting")));
    }

    private static List<String> strings(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private void call(Run run, ObjectNode message) {
        long id = message.path("id").asLong();
        Thread thread =
                Thread.ofVirtual()
                        .name("call-" + message.path("fn").asText())
                        .unstarted(() -> carryOut(run, id, message));
        run.calls.put(id, thread);
        thread.start();
    }

    private void carryOut(Run run, long id, ObjectNode message) {
        ObjectNode reply = Wire.message(Kind.REPLY).put("run", run.id).put("id", id);
        try {
            String function = message.path("fn").asText();
            reply.set("value", run.handler.call(function, message.path("args")));
        } catch (CallException e) {
            reply.set("error", e.error());
        } catch (InterruptedException e) {
            return; // nobody waits for the answer
        } catch (RuntimeException e) {
            run.handler.log("error", "daemon: " + e);
            reply.set("error", new CallException("Error", "daemon: " + e).error());
        } finally {
            run.calls.remove(id);
        }
        try {
            wire.write(reply);
        } catch (IOException e) {
            lose(run, e);
        }
    }

    /// Who hears of the loss runs its script once more: that must not be on this host again.
    private void lose(Run run, IOException e) {
        kill();
        finish(run, ScriptEnd.lost("the script host is gone: " + e.getMessage()));
    }

    private void finish(Run run, ScriptEnd end) {
        if (runs.remove(run.id) == null) {
            return;
        }
        // what it began without waiting for the end must not go on behind its back
        run.calls.values().forEach(Thread::interrupt);
        run.end.complete(end);
    }
}
