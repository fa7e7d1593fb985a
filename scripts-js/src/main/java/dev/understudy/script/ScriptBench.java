package dev.understudy.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.script.wire.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Runs scripts one after the other on the caller's thread, on a host that somebody pretends: for
/// tests of modules. Time and chance are the pretended host's, so equal runs give equal results.
public final class ScriptBench implements AutoCloseable {
    private static final long NO_RUN = 0;
    private static final String TEST_MODULE = text("testing.js");

    private static final String PAUSED = "understudy-begin.js";
    private static final String PAUSE =
            """
            // All of the module is loaded: set breakpoints now, or step into the function below.
            import begin from './ENTRY';
            export default async ctx => {
              debugger;
              return begin(ctx);
            };
            """;

    private final Sandbox sandbox;
    private volatile boolean isPauseWanted;

    /// Starts the script engine.
    public ScriptBench() {
        sandbox = new Sandbox();
    }

    /// Starts a script engine; blocks until a front end is attached to its inspector.
    ///
    /// @throws IllegalArgumentException if there is no inspector on the class path
    public ScriptBench(Inspector inspector) {
        sandbox = Sandbox.inspected(inspector);
    }

    /// Lets the next run stop before the first statement of its function, where an inspector looks.
    public void pauseNext() {
        isPauseWanted = true;
    }

    /// What stands in for a machine.
    public interface Host {
        /// Carries a call out; the answer may come at once or later.
        void call(Call call);

        /// Takes a line of the log.
        void log(String level, String text, String fields);

        /// Runs an action after a while of pretended time.
        void after(Duration duration, Runnable action);

        /// Lets pretended time go on to the next thing that happens.
        ///
        /// @return false: nothing will ever happen
        boolean next();

        /// Gives the pretended time, in ms since 1970.
        long nowMs();

        /// Says that a run begins; it can be ended from within [#call] and [#next].
        void begins(Control control);
    }

    /// A call of a script.
    public interface Call {
        /// Gives the full name, such as `services.start`.
        String function();

        /// Gives the arguments, an array.
        JsonNode arguments();

        /// Gives the place in the script, or an empty text.
        String at();

        /// Answers.
        void reply(JsonNode value);

        /// Refuses.
        ///
        /// @param name such as `ExecError`
        /// @param fields further ones of the error
        void fail(String name, String message, Map<String, Object> fields);
    }

    /// Ends a run.
    public interface Control {
        /// Tells the script that its deadline has come.
        void signal(String reason);

        /// Throws the script away, as a crash does.
        void kill();
    }

    /// How a run ended.
    ///
    /// @param isOk the script's promise was fulfilled and nothing was left open
    /// @param isKilled by [Control#kill]
    /// @param value JSON text of what it returned, or an empty text
    /// @param message what went wrong
    /// @param where `scripts/x.js:12:5`, or an empty text
    /// @param awaiting calls that were not answered
    public record Result(
            boolean isOk,
            boolean isKilled,
            String value,
            String message,
            String where,
            List<String> awaiting) {
        public Result {
            awaiting = List.copyOf(awaiting);
        }
    }

    /// Runs a script to its end.
    ///
    /// @param files texts of the archive by path
    /// @param entry path of the script
    /// @param contextJson what it gets as `ctx`
    /// @param paramsJson what it imports as `params`
    /// @param testFunctions further functions that `host` carries out, without their group `test`;
    ///   empty = the script is none of a test
    public Result run(
            Map<String, String> files,
            String entry,
            String contextJson,
            String paramsJson,
            Host host,
            List<String> testFunctions) {
        if (!files.containsKey(entry)) {
            return new Result(false, false, "", "there is no " + entry, "", List.of());
        }
        if (isPauseWanted) {
            isPauseWanted = false;
            Map<String, String> paused = new TreeMap<>(files);
            paused.put(PAUSED, PAUSE.replace("ENTRY", entry));
            return run(paused, PAUSED, contextJson, paramsJson, host, testFunctions);
        }
        Bridge bridge = new Bridge(host);
        List<String> more = testFunctions.stream().map(name -> "test." + name).toList();
        ArchiveFiles archive =
                new ArchiveFiles(files, Sandbox.SAFE_MODULE, more.isEmpty() ? null : TEST_MODULE);
        ScriptRun run =
                new ScriptRun(
                        new ScriptRun.Request(NO_RUN, entry, contextJson, paramsJson, more),
                        sandbox,
                        archive,
                        bridge,
                        bridge);
        bridge.run = run;
        host.begins(bridge);
        run.run();
        Outcome end = bridge.end;
        if (end == null) {
            throw new IllegalStateException("a run without outcome");
        }
        return new Result(
                end.kind() == Outcome.Kind.OK,
                bridge.isKilled,
                end.value(),
                bridge.isStuck ? "it waits for what never comes" : end.message(),
                end.where(),
                end.awaiting());
    }

    @Override
    public void close() {
        sandbox.close();
    }

    private static String text(String name) {
        try (java.io.InputStream in = ScriptBench.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static final class Bridge implements Daemon, Timers, Control {
        private final Host host;
        private @Nullable ScriptRun run;
        private @Nullable Outcome end;
        private boolean isKilled;
        private boolean isStuck;

        Bridge(Host host) {
            this.host = host;
        }

        private ScriptRun current() {
            return java.util.Objects.requireNonNull(run);
        }

        @Override
        public void call(long id, long call, String function, JsonNode arguments, String at) {
            ScriptRun target = current();
            host.call(
                    new Call() {
                        @Override
                        public String function() {
                            return function;
                        }

                        @Override
                        public JsonNode arguments() {
                            return arguments;
                        }

                        @Override
                        public String at() {
                            return at;
                        }

                        @Override
                        public void reply(JsonNode value) {
                            target.reply(call, value, null);
                        }

                        @Override
                        public void fail(String name, String message, Map<String, Object> fields) {
                            var error = Wire.JSON.createObjectNode().put("name", name);
                            error.put("message", message);
                            fields.forEach((k, v) -> error.set(k, Wire.JSON.valueToTree(v)));
                            target.reply(call, Wire.JSON.nullNode(), error);
                        }
                    });
        }

        @Override
        public boolean idle(long id) {
            if (!host.next()) {
                isStuck = true;
                current().close();
            }
            return true;
        }

        @Override
        public void after(Duration duration, Runnable action) {
            host.after(duration, action);
        }

        @Override
        public java.util.OptionalLong nowMs() {
            return java.util.OptionalLong.of(host.nowMs());
        }

        @Override
        public void signal(String reason) {
            current().signal(reason);
        }

        @Override
        public void kill() {
            isKilled = true;
            current().close();
        }

        @Override
        public void cancel(long id, long call) {}

        @Override
        public void log(long id, String level, String text, String fields) {
            host.log(level, text, fields);
        }

        @Override
        public void awaiting(long id, List<String> calls) {}

        @Override
        public void result(long id, Outcome outcome) {
            end = outcome;
        }
    }
}
