package dev.understudy.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.script.wire.Wire;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Runs scripts in this process against a daemon made of lambdas.
final class Bench implements AutoCloseable {
    /// Answers calls: a value, or an exception whose message becomes the error.
    interface Answer {
        @Nullable JsonNode to(String function, JsonNode arguments) throws Exception;
    }

    private final Sandbox sandbox = new Sandbox();
    private final RealTimers timers = new RealTimers();

    /// A run that was begun.
    static final class Running implements Daemon {
        final BlockingQueue<Outcome> outcome = new LinkedBlockingQueue<>();
        final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<String> calls = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<String> awaited = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<Long> cancelled = new ConcurrentLinkedQueue<>();
        private final Answer answer;
        @Nullable ScriptRun run;

        Running(Answer answer) {
            this.answer = answer;
        }

        @Override
        public void call(long id, long call, String function, JsonNode arguments, String at) {
            calls.add(function + arguments + (at.isEmpty() ? "" : " at " + at));
            Thread.ofVirtual().start(() -> reply(call, function, arguments));
        }

        private void reply(long call, String function, JsonNode arguments) {
            ScriptRun target = Objects.requireNonNull(run);
            try {
                JsonNode value = answer.to(function, arguments);
                if (value != null) {
                    target.reply(call, value, null);
                }
            } catch (Exception e) {
                target.reply(
                        call,
                        Wire.JSON.nullNode(),
                        Wire.JSON
                                .createObjectNode()
                                .put("name", "ExecError")
                                .put("message", e.getMessage())
                                .put("code", 7));
            }
        }

        @Override
        public void cancel(long id, long call) {
            cancelled.add(call);
        }

        @Override
        public void log(long id, String level, String text, String fields) {
            log.add(level + " " + text + (fields.isEmpty() ? "" : " " + fields));
        }

        @Override
        public void awaiting(long id, List<String> texts) {
            awaited.addAll(texts);
        }

        @Override
        public void result(long id, Outcome end) {
            outcome.add(end);
        }

        Outcome await(long seconds) throws InterruptedException {
            Outcome end = outcome.poll(Math.max(90, seconds), TimeUnit.SECONDS);
            if (end == null) {
                throw new AssertionError("the run did not end; log " + log + ", calls " + calls);
            }
            return end;
        }
    }

    Running begin(Map<String, String> files, String entry, Answer answer) {
        return begin(files, entry, "{\"state\":\"WAIT\",\"force\":false}", "{}", answer);
    }

    Running begin(
            Map<String, String> files, String entry, String ctx, String params, Answer answer) {
        Running running = new Running(answer);
        ScriptRun run =
                new ScriptRun(
                        new ScriptRun.Request(1, entry, ctx, params, List.of()),
                        sandbox,
                        new ArchiveFiles(files, Sandbox.SAFE_MODULE),
                        running,
                        timers);
        running.run = run;
        Thread.ofPlatform().daemon().name("run-" + entry).start(run);
        return running;
    }

    /// Runs a script whose daemon answers every call with null.
    Running main(String text) {
        return begin(Map.of("main.js", text), "main.js", (_, _) -> Wire.JSON.nullNode());
    }

    /// Runs the body of a hook and gives its end.
    Outcome body(String body) throws InterruptedException {
        return main("import * as safe from 'safe';\nexport default async ctx => {\n"
                        + body
                        + "\n};")
                .await(20);
    }

    /// Evaluates an expression inside a hook: its JSON text, or the error's text.
    String value(String expression) throws InterruptedException {
        Outcome end =
                body(
                        "try { return String("
                                + expression
                                + "); } catch (e) { return 'THROWN ' + e; }");
        return end.kind() == Outcome.Kind.OK ? end.value() : end.kind() + " " + end.message();
    }

    @Override
    public void close() {
        timers.close();
        sandbox.close();
    }
}
