package dev.understudy.tools.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.safe.Checker;
import dev.understudy.safe.Platform;
import dev.understudy.safe.SafeModule;
import dev.understudy.script.Inspector;
import dev.understudy.script.ScriptBench;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Runs one hook, checker, test or recorded hook of a module under an inspector, on a machine that
/// is not there. The run stops before the first statement.
public final class Debugging {
    private final SafeModule module;
    private final Platform platform;
    private final Inspector inspector;
    private final Consumer<String> out;

    /// Something that can be run by its name.
    private sealed interface Target {}

    private record Hook(String name) implements Target {}

    private record Check(Checker checker, String file) implements Target {}

    private record Test(String name) implements Target {}

    private record None(String why) implements Target {}

    /// Keeps what is needed; starts nothing.
    ///
    /// @param out takes lines for people
    public Debugging(
            SafeModule module, Platform platform, Inspector inspector, Consumer<String> out) {
        this.module = module;
        this.platform = platform;
        this.inspector = inspector;
        this.out = out;
    }

    /// Runs a hook, a checker, or the one test whose name has that text in it; waits for a front
    /// end first.
    ///
    /// @param force a stop hook runs as its second, forceful pass
    /// @return what went wrong; empty = nothing
    public String run(String what, boolean force) {
        Target target = target(what);
        if (target instanceof None(String why)) {
            return why;
        }
        try (ScriptBench bench = open()) {
            AuthorTests author = new AuthorTests(module, platform, bench, new TreeSet<>());
            if (target instanceof Test(String name)) {
                out.accept("debugging " + name);
                return author.run(name, bench::pauseNext).problem();
            }
            Machine machine = new Machine(Setting.of(module, author.parameters(), platform));
            author.prepare(machine);
            return target instanceof Check(Checker checker, String file)
                    ? checker(bench, machine, file, checker)
                    : hook(bench, machine, what, force);
        }
    }

    private ScriptBench open() {
        out.accept("open in Chrome:  " + inspector.devtools());
        out.accept("or by WebSocket: " + inspector.webSocket());
        return new ScriptBench(inspector);
    }

    // Tests are known to scripts alone: they are asked without an inspector, so that nobody has to
    // attach one to read of a mistake.
    private Target target(String what) {
        try (ScriptBench plain = new ScriptBench()) {
            AuthorTests author = new AuthorTests(module, platform, plain, new TreeSet<>());
            Setting setting = Setting.of(module, author.parameters(), platform);
            if (setting.has(what)) {
                return new Hook(what);
            }
            List<String> known = new ArrayList<>();
            for (String path : setting.scripts().keySet()) {
                if (path.startsWith("scripts/")) {
                    known.add(path.substring("scripts/".length(), path.length() - ".js".length()));
                }
            }
            for (Checker c : setting.config().checkers()) {
                if (c.kind() instanceof Checker.Script(String file)) {
                    if (c.id().equals(what)) {
                        return new Check(c, file);
                    }
                    known.add(c.id());
                }
            }
            List<String> tests = author.names().stream().filter(n -> n.contains(what)).toList();
            known.addAll(author.names());
            return tests.size() == 1
                    ? new Test(tests.getFirst())
                    : new None(
                            "%s hook, checker or test is called '%s'; there are %s"
                                    .formatted(
                                            tests.isEmpty() ? "no" : "more than one",
                                            what,
                                            String.join(", ", known)));
        }
    }

    // What the engine does before a hook is done first, without a stop.
    private String hook(ScriptBench bench, Machine machine, String name, boolean force) {
        Hooks hooks = new Hooks(bench, machine, new TreeSet<>());
        if (name.startsWith("stop") || name.equals("poststop")) {
            note("the start before it", hooks.start());
        } else if (!name.equals("prestart")) {
            note("prestart before it", hooks.hook("prestart", false, 0));
        }
        machine.log.clear();
        out.accept("debugging scripts/" + name + ".js");
        bench.pauseNext();
        Hooks.Ended end = hooks.hook(name, force, 0);
        told(machine);
        return end.problem();
    }

    private void note(String what, Hooks.Ended end) {
        if (!end.isOk()) {
            out.accept(what + " failed: " + end.problem());
        }
    }

    private String checker(ScriptBench bench, Machine machine, String file, Checker checker) {
        Hooks hooks = new Hooks(bench, machine, new TreeSet<>());
        note("the start before it", hooks.start());
        machine.log.clear();
        out.accept("debugging " + file);
        bench.pauseNext();
        String problem = hooks.check(file, checker.timeout()).orElse("");
        told(machine);
        return problem;
    }

    private void told(Machine machine) {
        machine.log.forEach(out);
        out.accept(machine.describe());
    }

    /// Runs a recorded hook with what it was told then.
    ///
    /// @return what went wrong; empty = it ended as recorded
    public String replay(JsonNode trace) {
        Replay.Outcome outcome;
        try (ScriptBench bench = open()) {
            out.accept("debugging " + trace.path("entry").asText() + " as recorded");
            bench.pauseNext();
            outcome = Replay.run(trace, module, bench);
        }
        outcome.lines().forEach(out);
        return outcome.isSame()
                ? ""
                : outcome.end()
                        + (outcome.problem().isEmpty() ? "" : "; differs: " + outcome.problem());
    }
}
