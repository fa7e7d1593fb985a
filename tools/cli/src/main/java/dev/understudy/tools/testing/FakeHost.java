package dev.understudy.tools.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.understudy.safe.Service;
import dev.understudy.script.ScriptBench;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Carries the calls of scripts out on a machine that is not there, step by step; crashes where it
/// is told to.
final class FakeHost implements ScriptBench.Host {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SERVICE_MS = 500;
    private static final long PROGRAM_MS = 50;
    private static final long SHORT_MS = 2;

    private final Machine machine;
    private final boolean force;
    private final int crashAt;
    private ScriptBench.@Nullable Control control;
    private int steps;
    private String lastStep = "";

    /// Makes the host of one run.
    ///
    /// @param force the run is a forceful stop
    /// @param crashAt the run dies after this step, 1-based; 0 = never
    FakeHost(Machine machine, boolean force, int crashAt) {
        this.machine = machine;
        this.force = force;
        this.crashAt = crashAt;
    }

    /// Gives how many steps the run made.
    int steps() {
        return steps;
    }

    /// Names the last step and its place.
    String lastStep() {
        return lastStep;
    }

    @Override
    public void begins(ScriptBench.Control begun) {
        control = begun;
    }

    @Override
    public void log(String level, String text, String fields) {
        machine.log.add(level + " " + text + (fields.isEmpty() ? "" : " " + fields));
    }

    @Override
    public void after(Duration duration, Runnable action) {
        machine.after(
                duration.toMillis(),
                () -> {
                    step("sleep");
                    action.run();
                });
    }

    /// Runs an action after a while that is no step of the script.
    void machineAfter(Duration duration, Runnable action) {
        machine.after(duration.toMillis(), action);
    }

    @Override
    public boolean next() {
        return machine.next();
    }

    @Override
    public long nowMs() {
        return machine.nowMs();
    }

    // Counts a step whose effect is there, and dies if it is the one.
    private boolean step(String what) {
        steps++;
        lastStep = what;
        if (steps == crashAt) {
            java.util.Objects.requireNonNull(control).kill();
            return true;
        }
        return false;
    }

    @Override
    public void call(ScriptBench.Call call) {
        String group = call.function().split("[.]", 2)[0];
        try {
            switch (group) {
                case "services" -> services(call);
                case "exec" -> exec(call);
                case "file" -> answer(call, SHORT_MS, () -> file(call));
                case "tcp", "http", "processes" -> answer(call, SHORT_MS, () -> look(call));
                case "resource" -> answer(call, SHORT_MS, () -> resource(call));
                case "registry" ->
                        answer(
                                call,
                                SHORT_MS,
                                () -> machine.windows.registry(call.function(), call.arguments()));
                case "tasks" ->
                        answer(
                                call,
                                SHORT_MS,
                                () -> machine.windows.tasks(call.function(), call.arguments()));
                default -> answer(call, SHORT_MS, () -> about(call));
            }
        } catch (Refusal e) {
            refuse(call, e);
        }
    }

    /// What a function gives, or a refusal.
    private interface Work {
        JsonNode run() throws Refusal;
    }

    private void answer(ScriptBench.Call call, long ms, Work work) {
        machine.after(
                ms,
                () -> {
                    try {
                        JsonNode value = work.run();
                        if (!step(name(call))) {
                            call.reply(value);
                        }
                    } catch (Refusal e) {
                        refuse(call, e);
                    }
                });
    }

    private void refuse(ScriptBench.Call call, Refusal e) {
        machine.after(SHORT_MS, () -> call.fail(e.name, String.valueOf(e.getMessage()), e.fields));
    }

    private static String name(ScriptBench.Call call) {
        return call.function() + (call.at().isEmpty() ? "" : " at " + call.at());
    }

    private void services(ScriptBench.Call call) throws Refusal {
        String id = call.arguments().path(0).asText("");
        if (!id.isEmpty() && !machine.services.containsKey(id)) {
            throw new Refusal("PermissionError", "userconfig.yaml has no service '" + id + "'");
        }
        List<String> all = new ArrayList<>(machine.services.keySet());
        List<String> chosen = id.isEmpty() ? all : List.of(id);
        switch (call.function()) {
            case "services.list" -> answer(call, SHORT_MS, () -> JSON.valueToTree(all));
            case "services.status" ->
                    answer(
                            call,
                            SHORT_MS,
                            () -> TextNode.valueOf(machine.isRunning(id) ? "running" : "stopped"));
            case "services.start" -> change(call, chosen, true, NullNode.instance);
            case "services.stop", "services.forceStop" ->
                    change(call, chosen.reversed(), false, NullNode.instance);
            default -> {
                chosen.forEach(s -> state(s).isRunning = false);
                change(call, chosen, true, NullNode.instance);
            }
        }
    }

    private Machine.ServiceState state(String id) {
        return java.util.Objects.requireNonNull(machine.services.get(id));
    }

    // One service after the other: each is a step at which a crash may come.
    private void change(ScriptBench.Call call, List<String> rest, boolean start, JsonNode answer) {
        if (rest.isEmpty()) {
            call.reply(answer);
            return;
        }
        String id = rest.getFirst();
        Machine.ServiceState s = state(id);
        boolean isForce = force || call.function().equals("services.forceStop");
        if (!start && s.isRunning && s.hangsAtStop && !isForce) {
            return; // the hook's deadline ends it
        }
        machine.after(
                s.isRunning == start ? SHORT_MS : SERVICE_MS + (start ? pause(id) : 0),
                () -> {
                    if (start && !s.isRunning && s.failsToStart > 0) {
                        s.failsToStart--;
                        refuse(
                                call,
                                new Refusal("ServiceError", "service '" + id + "' did not start"));
                        return;
                    }
                    s.isRunning = start;
                    if (!step(call.function() + "('" + id + "')")) {
                        change(call, rest.subList(1, rest.size()), start, answer);
                    }
                });
    }

    // A fixed pause that the configuration wants after a start.
    private long pause(String id) {
        return machine.setting.config().services().stream()
                .filter(s -> s.id().equals(id) && s.ready().isPresent())
                .map(s -> s.ready().orElseThrow().test())
                .mapToLong(t -> t instanceof Service.Ready.After(Duration d) ? d.toMillis() : 0)
                .sum();
    }

    private void exec(ScriptBench.Call call) throws Refusal {
        List<String> argv = new ArrayList<>();
        for (JsonNode word : call.arguments().path(0)) {
            if (word.isObject()) {
                throw new Refusal("ArgumentError", "exec: a secret must not be an argument");
            }
            argv.add(word.asText());
        }
        if (argv.isEmpty()) {
            throw new Refusal("ArgumentError", "exec: argv must be a list");
        }
        new Permissions(machine.setting).program(argv.getFirst());
        JsonNode options = call.arguments().path(1);
        String line = String.join(" ", argv.subList(1, argv.size()));
        Machine.Answer found =
                machine.programs.reversed().stream()
                        .filter(a -> a.path().equals(argv.getFirst()))
                        .filter(a -> Pattern.compile(a.arguments()).matcher(line).find())
                        .findFirst()
                        .orElse(new Machine.Answer(argv.getFirst(), "", 0, "", "", PROGRAM_MS));
        answer(
                call,
                found.takesMs(),
                () -> {
                    machine.ran.add(List.copyOf(argv));
                    Programs.effect(machine, argv);
                    return result(argv.getFirst(), found, options);
                });
    }

    private static JsonNode result(String program, Machine.Answer found, JsonNode options)
            throws Refusal {
        boolean ok = found.code() == 0 && !options.path("okCodes").isArray();
        for (JsonNode code : options.path("okCodes")) {
            ok |= code.asInt() == found.code();
        }
        Map<String, Object> fields =
                Map.of("code", found.code(), "stdout", found.out(), "stderr", found.err());
        if (!ok) {
            throw new Refusal("ExecError", program + " ended with " + found.code(), fields);
        }
        return JSON.valueToTree(fields);
    }

    private JsonNode file(ScriptBench.Call call) throws Refusal {
        String path = machine.path(call.arguments().path(0).asText());
        boolean write =
                call.function().equals("file.write") || call.function().equals("file.remove");
        new Permissions(machine.setting).file(path, write);
        return switch (call.function()) {
            case "file.exists" -> BooleanNode.valueOf(machine.exists(path));
            case "file.remove" -> BooleanNode.valueOf(machine.files.remove(path) != null);
            case "file.write" -> {
                machine.files.put(path, call.arguments().path(1).asText());
                yield NullNode.instance;
            }
            case "file.list" -> {
                Set<String> names = new TreeSet<>();
                for (String file : machine.files.keySet()) {
                    if (machine.isBelow(file, path)) {
                        names.add(file.substring(path.length() + 1).split("[/\\\\]", 2)[0]);
                    }
                }
                yield JSON.valueToTree(names);
            }
            default -> {
                String text = machine.files.get(path);
                if (text == null) {
                    throw new Refusal("IoError", path + ": there is no such file");
                }
                yield TextNode.valueOf(text);
            }
        };
    }

    private JsonNode look(ScriptBench.Call call) throws Refusal {
        JsonNode first = call.arguments().path(0);
        return switch (call.function()) {
            case "tcp.check" -> {
                new Permissions(machine.setting).host(first.asText());
                int port = call.arguments().path(1).asInt();
                yield BooleanNode.valueOf(machine.accepts(first.asText(), port));
            }
            case "http.get" -> {
                JsonNode page = machine.pages.get(first.asText());
                if (page == null) {
                    throw new Refusal("IoError", "http.get " + first.asText() + ": refused");
                }
                yield page;
            }
            default -> processes(first.path("name").asText(""), first.path("args").asText(""));
        };
    }

    private JsonNode processes(String name, String args) {
        ArrayNode found = JSON.createArrayNode();
        Pattern pattern = Pattern.compile(args);
        for (String process : machine.processes) {
            String own = process.split(" ", 2)[0];
            boolean isIt =
                    machine.setting.isWindows()
                            ? own.equalsIgnoreCase(name) || own.equalsIgnoreCase(name + ".exe")
                            : own.equals(name);
            if ((name.isEmpty() || isIt) && pattern.matcher(process).find()) {
                found.addObject()
                        .put("pid", 1000 + found.size())
                        .put("name", own)
                        .put("args", process);
            }
        }
        return found;
    }

    private JsonNode resource(ScriptBench.Call call) throws Refusal {
        String id = call.arguments().path(0).asText();
        if (call.function().equals("resource.get")) {
            String health = machine.resources.get(id);
            return health == null ? NullNode.instance : TextNode.valueOf(health);
        }
        if (!id.startsWith("custom.")) {
            throw new Refusal("ArgumentError", "resource.set: set resources custom.<id>");
        }
        machine.resources.put(id, call.arguments().path(1).asText());
        return NullNode.instance;
    }

    private JsonNode about(ScriptBench.Call call) throws Refusal {
        return switch (call.function()) {
            case "node" ->
                    JSON.valueToTree(
                            Map.of(
                                    "name",
                                    "node1",
                                    "platform",
                                    machine.setting.platform().family()));
            case "peer" ->
                    JSON.valueToTree(
                            Map.of("name", "node2", "state", "STOP", "reachable", "false"));
            case "state" -> TextNode.valueOf("WAIT");
            case "progress" -> NullNode.instance;
            default -> throw new Refusal("ArgumentError", "no function " + call.function());
        };
    }
}
