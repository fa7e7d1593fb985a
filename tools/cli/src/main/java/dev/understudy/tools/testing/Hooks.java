package dev.understudy.tools.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.safe.UserConfig;
import dev.understudy.script.ScriptBench;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Runs the hooks of a module on a machine that is not there, in the order of the engine.
final class Hooks {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIDY = Duration.ofSeconds(1);

    private final ScriptBench bench;
    private final Machine machine;
    private final Set<String> covered;

    /// @param covered receives the scripts that were run
    Hooks(ScriptBench bench, Machine machine, Set<String> covered) {
        this.bench = bench;
        this.machine = machine;
        this.covered = covered;
    }

    /// How a hook ended.
    ///
    /// @param steps effects it had
    /// @param lastStep name and place of the last one
    record Ended(boolean isOk, boolean isCrashed, String problem, int steps, String lastStep) {
        static final Ended NOTHING = new Ended(true, false, "", 0, "");
    }

    /// Starts as the engine does before it serves: prestart, then the start hooks.
    Ended start() {
        Ended end = hook("prestart", false, 0);
        for (String hook : List.of("start_both", "start_prim")) {
            end = end.isOk() ? hook(hook, false, 0) : end;
        }
        return end;
    }

    /// Stops as the engine does: gracefully, by force if that fails, and kills what is left.
    Ended stop() {
        Ended first = Ended.NOTHING;
        for (String hook : List.of("stop_prim", "stop_both")) {
            Ended end = hook(hook, false, 0);
            if (!end.isOk()) {
                end = hook(hook, true, 0);
            }
            first = first.isOk() ? end : first;
        }
        return first;
    }

    /// Stands by as SECOND.
    Ended standBy() {
        Ended end = hook("prestart", false, 0);
        for (String hook : List.of("start_both", "start_second")) {
            end = end.isOk() ? hook(hook, false, 0) : end;
        }
        return end;
    }

    /// Stands by no more, and takes over.
    Ended takeOver() {
        Ended end = hook("stop_second", false, 0);
        return end.isOk() ? hook("start_prim", false, 0) : end;
    }

    /// Stops a SECOND by force, as after a crash.
    Ended forceStopSecond() {
        Ended end = hook("stop_second", true, 0);
        Ended both = hook("stop_both", true, 0);
        return end.isOk() ? both : end;
    }

    /// Stops by force, as after a crash, and kills what is left.
    Ended forceStop() {
        Ended end = hook("stop_prim", true, 0);
        Ended both = hook("stop_both", true, 0);
        return end.isOk() ? both : end;
    }

    /// Runs one hook, or what the engine does without it.
    ///
    /// @param crashAt the script dies after this step; 0 = never
    Ended hook(String name, boolean force, int crashAt) {
        if (!machine.setting.has(name)) {
            return engine(name);
        }
        UserConfig.Timeouts timeouts = machine.setting.config().timeouts();
        Duration deadline =
                force
                        ? timeouts.forceStop()
                        : name.startsWith("stop") || name.equals("poststop")
                                ? timeouts.stop()
                                : timeouts.start();
        Map<String, Object> ctx = new LinkedHashMap<>();
        boolean isStop = name.startsWith("stop") || name.equals("poststop");
        String role = name.endsWith("_second") ? "SECOND" : "ALONE";
        ctx.put("state", isStop ? role : "WAIT");
        ctx.put("nextState", isStop ? "WAIT" : role);
        ctx.put("action", isStop ? "stop" : "start");
        ctx.put("force", force);
        ctx.put("services", List.of());
        return script("scripts/" + name + ".js", ctx, force, crashAt, deadline);
    }

    // Without a script the engine starts and stops the services itself.
    private Ended engine(String name) {
        if (name.equals("start_prim")) {
            for (Map.Entry<String, Machine.ServiceState> e : machine.services.entrySet()) {
                Machine.ServiceState s = e.getValue();
                if (!s.isRunning && s.failsToStart > 0) {
                    s.failsToStart--;
                    return new Ended(
                            false, false, "service '" + e.getKey() + "' did not start", 0, "");
                }
                s.isRunning = true;
            }
        } else if (name.equals("stop_prim")) {
            machine.killApplication();
        }
        return Ended.NOTHING;
    }

    /// Runs a checker.
    ///
    /// @return empty = up; else why it is down
    Optional<String> check(String file, Duration timeout) {
        Map<String, Object> ctx = Map.of("id", "script.test", "state", "ALONE");
        covered.add(file);
        FakeHost host = new FakeHost(machine, false, 0);
        ScriptBench.Result end = run(file, ctx, host, timeout);
        return end.isOk() && !end.value().equals("false")
                ? Optional.empty()
                : Optional.of(end.isOk() ? "it returned false" : problem(end));
    }

    private Ended script(
            String file, Map<String, Object> ctx, boolean force, int crashAt, Duration deadline) {
        covered.add(file);
        FakeHost host = new FakeHost(machine, force, crashAt);
        ScriptBench.Result end = run(file, ctx, host, deadline);
        boolean crashed = end.isKilled() && crashAt > 0 && host.steps() >= crashAt;
        return new Ended(end.isOk(), crashed, problem(end), host.steps(), host.lastStep());
    }

    private ScriptBench.Result run(
            String file, Map<String, Object> ctx, FakeHost host, Duration deadline) {
        try {
            String text = JSON.writeValueAsString(ctx);
            String params = JSON.writeValueAsString(machine.setting.params());
            Deadline limit = new Deadline(host, deadline);
            ScriptBench.Result end =
                    bench.run(machine.setting.scripts(), file, text, params, limit, List.of());
            machine.forgetEvents();
            return end;
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("plain values", e);
        }
    }

    private static String problem(ScriptBench.Result end) {
        if (end.isOk()) {
            return "";
        }
        String awaiting =
                end.awaiting().isEmpty() ? "" : "; it awaited " + end.awaiting().getFirst();
        return (end.where().isEmpty() ? "" : end.where() + " ") + end.message() + awaiting;
    }

    /// Ends a run at its deadline: the signal first, then for good.
    private record Deadline(FakeHost host, Duration deadline) implements ScriptBench.Host {
        @Override
        public void begins(ScriptBench.Control control) {
            host.begins(control);
            host.machineAfter(deadline, () -> control.signal("the deadline has passed"));
            host.machineAfter(deadline.plus(TIDY), control::kill);
        }

        @Override
        public void call(ScriptBench.Call call) {
            host.call(call);
        }

        @Override
        public void log(String level, String text, String fields) {
            host.log(level, text, fields);
        }

        @Override
        public void after(Duration duration, Runnable action) {
            host.after(duration, action);
        }

        @Override
        public boolean next() {
            return host.next();
        }

        @Override
        public long nowMs() {
            return host.nowMs();
        }
    }
}
