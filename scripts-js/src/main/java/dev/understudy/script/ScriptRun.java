package dev.understudy.script;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.understudy.script.api.ApiFunction;
import dev.understudy.script.api.ScriptApi;
import dev.understudy.script.wire.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;
import org.jspecify.annotations.Nullable;

/// One run of one script: its own context, its own thread, its own queue of answers.
///
/// The context is touched by the run's thread alone; answers and signals are posted to its queue.
/// The run ends when the script's promise is settled, when nothing is left that could settle it, or
/// when the daemon ends it.
final class ScriptRun implements Runnable {
    private static final int CALLS_OPEN_MAX = 256;
    private static final int ARGUMENT_CHARS_MAX = 2 << 20;
    private static final int LOG_CHARS_MAX = 8 << 10;
    private static final int LOG_LINES_MAX = 10_000;

    /// What is to be run.
    ///
    /// @param entry path of the script in the archive
    /// @param contextJson what the script gets as `ctx`
    /// @param paramsJson what it imports as `params`
    /// @param more names of further functions that the daemon carries out, as `test.run`
    record Request(
            long run, String entry, String contextJson, String paramsJson, List<String> more) {}

    private record Open(String what, String at, Value resolve, Value reject) {
        String text() {
            return at.isEmpty() ? what : what + " at " + at;
        }
    }

    private final Request request;
    private final Sandbox sandbox;
    private final ArchiveFiles files;
    private final Daemon daemon;
    private final Timers timers;
    private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final Map<Long, Open> open = new LinkedHashMap<>();
    private long lastId;
    private int logLines;
    private boolean isAborted;
    private @Nullable Value kit;
    private @Nullable Outcome outcome;
    private volatile @Nullable Context context;
    private volatile boolean isStopped;
    private volatile boolean isExhausted;
    private volatile @Nullable Thread thread;

    ScriptRun(Request request, Sandbox sandbox, ArchiveFiles files, Daemon daemon, Timers timers) {
        this.request = request;
        this.sandbox = sandbox;
        this.files = files;
        this.daemon = daemon;
        this.timers = timers;
    }

    /// Gives the run's thread while it runs, for the watch on allocations.
    @Nullable Thread thread() {
        return thread;
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        Outcome end;
        try (Context made = sandbox.context(files)) {
            context = made;
            end = runIn(made);
        } catch (PolyglotException e) {
            // closing a cancelled context reports the cancellation once more
            end = outcome != null ? outcome : explain(e);
        } catch (RuntimeException | StackOverflowError e) {
            end = Outcome.failed("script host: " + e, "", List.of());
        } finally {
            context = null;
            thread = null;
        }
        for (Long id : open.keySet()) {
            daemon.cancel(request.run(), id);
        }
        daemon.result(request.run(), end);
    }

    private Outcome runIn(Context made) {
        try {
            prepare(made);
            while (outcome == null) {
                if (isStopped) {
                    outcome = stopped(List.of());
                } else if (inbox.isEmpty() && open.isEmpty()) {
                    outcome = stuck();
                } else if (!inbox.isEmpty() || !daemon.idle(request.run())) {
                    inbox.take().run();
                }
            }
        } catch (PolyglotException e) {
            outcome = explain(e);
        } catch (InterruptedException e) {
            outcome = stopped(List.of());
        }
        Outcome end = outcome;
        if (end == null) {
            throw new IllegalStateException("a run without outcome");
        }
        return end;
    }

    private void prepare(Context made) {
        Value prelude = made.eval(Sandbox.PRELUDE);
        List<String> functions = new ArrayList<>(Sandbox.functionNames());
        functions.addAll(request.more());
        Value tools =
                prelude.execute(
                        (ProxyExecutable) this::bridge,
                        made.eval("js", "(t) => JSON.parse(t)").execute(names(functions)),
                        request.paramsJson(),
                        timers.nowMs().isPresent() ? clock() : null);
        kit = tools;
        Value global = made.getBindings("js");
        global.putMember("__safe", tools.getMember("exports"));
        String modules =
                request.more().isEmpty()
                        ? "(f) => import('safe').then(f)"
                        : "(f) => import('safe').then(() => import('safe/test')).then(f)";
        made.eval("js", modules)
                .execute(
                        (ProxyExecutable)
                                _ -> {
                                    start(global, tools);
                                    return null;
                                });
    }

    private ProxyExecutable clock() {
        return _ -> (double) timers.nowMs().orElseThrow();
    }

    private void start(Value global, Value tools) {
        global.removeMember("__safe");
        tools.invokeMember("harden");
        tools.invokeMember(
                "start",
                ArchiveFiles.ROOT + request.entry(),
                request.contextJson(),
                (ProxyExecutable) this::fulfilled,
                (ProxyExecutable) this::rejected);
    }

    private static String names(List<String> names) {
        ArrayNode list = Wire.JSON.createArrayNode();
        names.forEach(list::add);
        return list.toString();
    }

    private @Nullable Object fulfilled(Value... values) {
        // what the script did not await is still open now: its result would be lost
        if (open.isEmpty()) {
            outcome = Outcome.ok(values[0].asString());
        } else {
            Open first = open.values().iterator().next();
            outcome =
                    Outcome.failed(
                            "SAFE-JS020 the script ended before "
                                    + first.what()
                                    + "; write await before the call",
                            first.at(),
                            List.of());
        }
        return null;
    }

    private @Nullable Object rejected(Value... values) {
        if (isStopped) {
            // an interrupt that comes within a promise's job looks like a rejection by the script
            outcome = stopped(List.of());
            return null;
        }
        String message =
                values[1].asString().equals("Error")
                        ? values[2].asString()
                        : values[1].asString() + ": " + values[2].asString();
        try {
            if (values[0].isException()) {
                values[0].throwException();
            }
            outcome = Outcome.failed(message, request.entry(), List.of());
        } catch (PolyglotException e) {
            outcome =
                    e.isSyntaxError() ? explain(e) : withEntry(Errors.describe(e, files, message));
        }
        return null;
    }

    private Outcome withEntry(Outcome failed) {
        return failed.where().isEmpty()
                ? Outcome.failed(failed.message(), request.entry(), failed.stack())
                : failed;
    }

    private @Nullable Object bridge(Value... values) {
        String function = values[0].asString();
        if (function.startsWith("log.")) {
            log(function.substring(4), values[2].asString(), values[1].asString());
            return null;
        }
        String arguments = values[1].asString();
        String at = Errors.caller(values[2].asString(), files);
        boolean isHere =
                ScriptApi.function(function)
                        .map(known -> known.place() == ApiFunction.Place.HOST)
                        .orElse(false);
        long id = ++lastId;
        Open call = new Open(function + brief(arguments), at, values[3], values[4]);
        String refusal = refusal(arguments);
        open.put(id, call);
        if (refusal != null) {
            inbox.add(() ->
                    settle(id, null, error(isAborted ? "AbortError" : "LimitError", refusal)));
            return null;
        }
        try {
            JsonNode parsed = Wire.JSON.readTree(arguments);
            if (isHere) {
                sleep(id, parsed);
            } else {
                daemon.call(request.run(), id, function, parsed, at);
            }
        } catch (JsonProcessingException e) {
            inbox.add(() -> settle(id, null, error("ArgumentError", "arguments nest too deeply")));
        }
        return null;
    }

    private @Nullable String refusal(String arguments) {
        if (isAborted) {
            return "the deadline has passed";
        }
        if (open.size() >= CALLS_OPEN_MAX) {
            return "more than " + CALLS_OPEN_MAX + " calls at once";
        }
        return arguments.length() > ARGUMENT_CHARS_MAX ? "the arguments are too long" : null;
    }

    private static String brief(String arguments) {
        String inner = arguments.substring(1, Math.max(1, arguments.length() - 1));
        return "(" + (inner.length() > 120 ? inner.substring(0, 120) + "…" : inner) + ")";
    }

    private void sleep(long id, JsonNode arguments) {
        try {
            Duration duration = HostArguments.duration(arguments.path(0));
            timers.after(duration, () -> reply(id, Wire.JSON.nullNode(), null));
        } catch (IllegalArgumentException e) {
            inbox.add(() -> settle(id, null, error("ArgumentError", "" + e.getMessage())));
        }
    }

    private void log(String level, String text, String fields) {
        if (++logLines > LOG_LINES_MAX) {
            return;
        }
        String line =
                logLines == LOG_LINES_MAX
                        ? "(this run has logged " + LOG_LINES_MAX + " lines; the rest is dropped)"
                        : text;
        daemon.log(request.run(), level, cut(line), cut(fields));
    }

    private static String cut(String text) {
        return text.length() > LOG_CHARS_MAX ? text.substring(0, LOG_CHARS_MAX) + "…" : text;
    }

    private static String error(String name, String message) {
        return Wire.JSON.createObjectNode().put("name", name).put("message", message).toString();
    }

    /// Takes the answer to a call, from any thread.
    ///
    /// @param error `{name, message, …}`, or null if the call was carried out
    void reply(long id, JsonNode value, @Nullable JsonNode error) {
        inbox.add(() ->
                settle(
                        id,
                        value.isNull() || value.isMissingNode() ? "" : value.toString(),
                        error == null ? null : error.toString()));
    }

    private void settle(long id, @Nullable String value, @Nullable String error) {
        Open call = open.remove(id);
        if (call == null) {
            return; // given up before the answer came
        }
        if (error != null) {
            call.reject().executeVoid(error);
        } else {
            call.resolve().executeVoid(value);
        }
    }

    /// Tells the script that its deadline has come: open calls end with an `AbortError`; from any
    /// thread.
    void signal(String reason) {
        inbox.add(() -> {
            List<String> texts = awaited();
            daemon.awaiting(request.run(), texts);
            isAborted = true;
            Value tools = kit;
            if (tools != null) {
                tools.invokeMember("abort", reason);
            }
            for (Long id : List.copyOf(open.keySet())) {
                daemon.cancel(request.run(), id);
                settle(id, null, error("AbortError", reason));
            }
        });
    }

    /// Stops the script where it stands, uncatchably; from any thread, returns at once.
    void interrupt() {
        isStopped = true;
        inbox.add(() -> {});
        Context current = context;
        if (current != null) {
            Thread.ofVirtual().name("interrupt").start(() -> interrupt(current));
        }
    }

    private static void interrupt(Context current) {
        try {
            current.interrupt(Duration.ofSeconds(20));
        } catch (TimeoutException | IllegalStateException | PolyglotException e) {
            // the next rung of the ladder follows: the daemon closes, then kills
            Thread.onSpinWait();
        }
    }

    /// Throws the context away; from any thread, returns at once.
    void close() {
        isStopped = true;
        inbox.add(() -> {});
        Context current = context;
        if (current != null) {
            Thread.ofVirtual().name("close").start(() -> current.close(true));
        }
    }

    /// Ends the run because it allocated too much.
    void exhaust() {
        isExhausted = true;
        close();
    }

    private List<String> awaited() {
        List<String> texts = new ArrayList<>();
        open.values().forEach(call -> texts.add(call.text()));
        return texts;
    }

    private Outcome explain(PolyglotException e) {
        if (isExhausted || e.isResourceExhausted()) {
            return new Outcome(
                    Outcome.Kind.EXHAUSTED,
                    "",
                    "the script allocated more memory than a run may",
                    "",
                    Errors.stack(e, files),
                    awaited());
        }
        // an interrupt within a promise's job comes out as an unhandled rejection of the engine's
        if (isStopped || e.isCancelled() || e.isInterrupted()) {
            return stopped(Errors.stack(e, files));
        }
        String text = e.getMessage() == null ? "" : e.getMessage().lines().findFirst().orElse("");
        return withEntry(Errors.describe(e, files, text));
    }

    private Outcome stopped(List<String> stack) {
        return new Outcome(
                isExhausted ? Outcome.Kind.EXHAUSTED : Outcome.Kind.STOPPED,
                "",
                isExhausted
                        ? "the script allocated more memory than a run may"
                        : "ended by the daemon",
                stack.isEmpty()
                        ? request.entry()
                        : stack.getFirst().substring(stack.getFirst().lastIndexOf(' ') + 1),
                stack,
                awaited());
    }

    private Outcome stuck() {
        return Outcome.failed(
                "SAFE-JS021 the script awaits a promise that nothing can fulfil any more",
                request.entry(),
                List.of());
    }
}
