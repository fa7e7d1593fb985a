package dev.understudy.tools.testing;

import dev.understudy.safe.Platform;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.When;
import dev.understudy.script.ScriptBench;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// Runs all cases of a module: those that hold for every module, crashes at every step, and the
/// author's own.
public final class TestRunner implements AutoCloseable {
    private static final List<String> CRASHED =
            List.of(
                    "prestart",
                    "start_both",
                    "start_prim",
                    "stop_prim",
                    "stop_both",
                    "start_second",
                    "stop_second",
                    "transition",
                    "poststop");

    private final SafeModule module;
    private final Platform platform;
    private final ScriptBench bench = new ScriptBench();
    private final Set<String> covered = new TreeSet<>();
    private final List<CaseResult> results = new ArrayList<>();
    private final AuthorTests author;

    /// Prepares a run; starts the script engine.
    public TestRunner(SafeModule module, Platform platform) {
        this.module = module;
        this.platform = platform;
        this.author = new AuthorTests(module, platform, bench, covered);
    }

    /// Runs everything.
    ///
    /// @return results in the order of the runs
    public List<CaseResult> run() {
        results.clear();
        always();
        for (String hook : CRASHED) {
            if (module.hook(hook).isPresent()) {
                crashes(hook);
            }
        }
        results.addAll(author.run());
        return List.copyOf(results);
    }

    /// Gives the hooks and checkers that no test of the author ran.
    public List<String> uncovered() {
        return module.archive().files().keySet().stream()
                .filter(f -> f.startsWith("scripts/") || f.startsWith("checkers/"))
                .filter(f -> f.endsWith(".js") && !author.covered().contains(f))
                .toList();
    }

    private Machine machine() {
        Machine machine = new Machine(Setting.of(module, author.parameters(), platform));
        author.prepare(machine);
        return machine;
    }

    private Hooks hooks(Machine machine) {
        return new Hooks(bench, machine, covered);
    }

    private void always() {
        add("always", "starts", m -> started(m, hooks(m).start()));
        add(
                "always",
                "a second start changes nothing",
                m -> first(started(m, hooks(m).start()), () -> started(m, hooks(m).start())));
        add(
                "always",
                "stops",
                m -> first(started(m, hooks(m).start()), () -> stopped(m, hooks(m).stop())));
        add(
                "always",
                "a second stop changes nothing",
                m -> first(stopped(m, hooks(m).stop()), () -> stopped(m, hooks(m).stop())));
        if (module.hook("start_second").isPresent() || module.hook("stop_second").isPresent()) {
            add(
                    "always",
                    "a node that stands by takes over",
                    m -> first(problem(hooks(m).standBy()), () -> started(m, hooks(m).takeOver())));
            add(
                    "always",
                    "a second standing by, and a second end of it, change nothing",
                    m ->
                            first(
                                    problem(hooks(m).standBy()),
                                    () ->
                                            first(
                                                    problem(
                                                            hooks(m).hook(
                                                                            "start_second",
                                                                            false,
                                                                            0)),
                                                    () ->
                                                            first(
                                                                    problem(
                                                                            hooks(m).hook(
                                                                                            "stop_second",
                                                                                            false,
                                                                                            0)),
                                                                    () ->
                                                                            problem(
                                                                                    hooks(m).hook(
                                                                                                    "stop_second",
                                                                                                    false,
                                                                                                    0))))));
        }
        for (String id : machine().services.keySet()) {
            add("always", "stops after a start in which '" + id + "' failed", m -> failed(m, id));
        }
    }

    private String failed(Machine m, String id) {
        Machine.ServiceState service = java.util.Objects.requireNonNull(m.services.get(id));
        service.failsToStart = Integer.MAX_VALUE;
        Hooks.Ended end = hooks(m).start();
        if (end.isOk()) {
            return "the start says ok although '" + id + "' does not run";
        }
        return stopped(m, hooks(m).stop());
    }

    // The script dies after each of its steps, and then the power goes after each of them.
    private void crashes(String hook) {
        Machine whole = machine();
        Hooks.Ended end = reach(whole, hook, 0);
        for (int step = 1; step <= end.steps(); step++) {
            int at = step;
            add("crash", hook + ", script dies", m -> crash(m, hook, at, false), at);
            add("crash", hook + ", power goes", m -> crash(m, hook, at, true), at);
        }
    }

    // Runs up to a hook, and the hook itself with its crash.
    private Hooks.Ended reach(Machine m, String hook, int crashAt) {
        Hooks hooks = hooks(m);
        switch (hook) {
            case "prestart" -> {}
            case "start_second" -> {
                hooks.hook("prestart", false, 0);
                hooks.hook("start_both", false, 0);
            }
            case "stop_second" -> hooks.standBy();
            case "poststop" -> {
                hooks.start();
                hooks.stop();
            }
            case "stop_prim", "stop_both", "transition" -> hooks.start();
            default -> hooks.hook("prestart", false, 0);
        }
        return hooks.hook(hook, false, crashAt);
    }

    private String crash(Machine m, String hook, int step, boolean power) {
        Hooks.Ended dead = reach(m, hook, step);
        if (!dead.isCrashed()) {
            return "";
        }
        String after = " after a crash behind " + dead.lastStep();
        if (power) {
            m.powerOff();
        } else {
            Hooks.Ended end =
                    hook.endsWith("_second") ? hooks(m).forceStopSecond() : hooks(m).forceStop();
            String problem = stopped(m, end);
            if (!problem.isEmpty()) {
                return "the forced stop: " + problem + after;
            }
        }
        String problem = started(m, hooks(m).start());
        return problem.isEmpty() ? "" : "the next start: " + problem + after;
    }

    private String started(Machine m, Hooks.Ended end) {
        if (!end.isOk()) {
            return end.problem();
        }
        for (Map.Entry<String, Machine.ServiceState> e : m.services.entrySet()) {
            boolean isPrim =
                    m.setting.config().services().stream()
                            .anyMatch(s -> s.id().equals(e.getKey()) && s.when() == When.PRIM);
            if (isPrim && !e.getValue().isRunning) {
                return "service '" + e.getKey() + "' does not run";
            }
        }
        return author.invariants(m);
    }

    private String stopped(Machine m, Hooks.Ended end) {
        if (!end.isOk()) {
            return end.problem();
        }
        for (Map.Entry<String, Machine.ServiceState> e : m.services.entrySet()) {
            if (e.getValue().isRunning) {
                return "service '" + e.getKey() + "' still runs";
            }
        }
        return "";
    }

    private static String problem(Hooks.Ended end) {
        return end.isOk() ? "" : end.problem();
    }

    private static String first(String problem, java.util.function.Supplier<String> then) {
        return problem.isEmpty() ? then.get() : problem;
    }

    private void add(String group, String name, Function<Machine, String> body) {
        add(group, name, body, 0);
    }

    private void add(String group, String name, Function<Machine, String> body, int step) {
        Machine m = machine();
        long begun = m.nowMs();
        String problem = body.apply(m);
        String full = step == 0 ? name : name + " at step " + step;
        results.add(new CaseResult(group, full, problem, m.nowMs() - begun));
    }

    @Override
    public void close() {
        bench.close();
    }
}
