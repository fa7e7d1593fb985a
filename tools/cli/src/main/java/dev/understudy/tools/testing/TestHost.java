package dev.understudy.tools.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.understudy.safe.Checker;
import dev.understudy.script.ScriptBench;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What tests can do to the machine that is not there, and what they can ask of it.
final class TestHost implements ScriptBench.Host {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PREFIX = "test.";

    private final Machine machine;
    private final Hooks hooks;
    private final FakeHost plain;

    TestHost(Machine machine, Hooks hooks) {
        this.machine = machine;
        this.hooks = hooks;
        this.plain = new FakeHost(machine, false, 0);
    }

    @Override
    public void begins(ScriptBench.Control control) {
        plain.begins(control);
    }

    @Override
    public void log(String level, String text, String fields) {
        plain.log(level, text, fields);
    }

    @Override
    public void after(Duration duration, Runnable action) {
        plain.after(duration, action);
    }

    @Override
    public boolean next() {
        return plain.next();
    }

    @Override
    public long nowMs() {
        return machine.nowMs();
    }

    @Override
    public void call(ScriptBench.Call call) {
        if (!call.function().startsWith(PREFIX)) {
            plain.call(call);
            return;
        }
        String name = call.function().substring(PREFIX.length());
        try {
            call.reply(
                    switch (name) {
                        case "start", "stop", "run", "check" -> hook(name, call.arguments());
                        case "service", "failStart", "hangStop", "kill" ->
                                service(name, call.arguments());
                        default -> things(name, call.arguments());
                    });
        } catch (Refusal e) {
            call.fail(e.name, String.valueOf(e.getMessage()), e.fields);
        }
    }

    private JsonNode hook(String name, JsonNode arguments) throws Refusal {
        if (name.equals("check")) {
            return TextNode.valueOf(check(arguments.path(0).asText()).isEmpty() ? "up" : "down");
        }
        Hooks.Ended end =
                switch (name) {
                    case "start" -> apart(hooks::start);
                    case "stop" -> apart(hooks::stop);
                    default -> apart(() -> one(arguments));
                };
        if (!end.isOk()) {
            throw new Refusal("HookFailed", end.problem());
        }
        return NullNode.instance;
    }

    private Hooks.Ended one(JsonNode arguments) {
        boolean force = arguments.path(1).path("force").asBoolean();
        return hooks.hook(arguments.path(0).asText(), force, 0);
    }

    private Optional<String> check(String id) throws Refusal {
        for (Checker c : machine.setting.config().checkers()) {
            if (c.id().equals(id) && c.kind() instanceof Checker.Script script) {
                return apart(() -> hooks.check(script.file(), c.timeout()));
            }
        }
        throw new Refusal("ArgumentError", "userconfig.yaml has no script checker '" + id + "'");
    }

    // A script runs in a context and a thread of its own; the test waits for its end.
    private static <T> T apart(java.util.function.Supplier<T> work) {
        List<T> result = new ArrayList<>();
        Thread thread = Thread.ofPlatform().start(() -> result.add(work.get()));
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (result.isEmpty()) {
            throw new IllegalStateException("the hook's run failed");
        }
        return result.getFirst();
    }

    private JsonNode service(String name, JsonNode arguments) throws Refusal {
        String id = arguments.path(0).asText();
        Machine.ServiceState state = machine.services.get(id);
        if (state == null) {
            throw new Refusal("ArgumentError", "userconfig.yaml has no service '" + id + "'");
        }
        switch (name) {
            case "failStart" -> state.failsToStart = arguments.path(1).asInt(1);
            case "hangStop" -> state.hangsAtStop = true;
            case "kill" -> state.isRunning = false;
            default -> {
                return TextNode.valueOf(state.isRunning ? "running" : "stopped");
            }
        }
        return NullNode.instance;
    }

    private JsonNode things(String name, JsonNode arguments) throws Refusal {
        String first = arguments.path(0).asText();
        JsonNode second = arguments.path(1);
        switch (name) {
            case "file" -> machine.files.put(machine.path(first), second.asText());
            case "registry" -> machine.windows.put(first, second.asText(), arguments.path(2));
            case "task" -> machine.windows.task(first, second.asText("ready"));
            case "program" ->
                    machine.programs.add(
                            new Machine.Answer(
                                    first,
                                    second.path("args").asText(""),
                                    second.path("code").asInt(0),
                                    second.path("stdout").asText(""),
                                    second.path("stderr").asText(""),
                                    second.path("takesMs").asLong(50)));
            case "port" ->
                    machine.ports.put(
                            arguments.path(2).asText() + ":" + first, second.asBoolean(true));
            case "http" -> machine.pages.put(first, second);
            case "process" -> machine.processes.add((first + " " + second.asText()).strip());
            default -> {
                return answer(name, first, second.asText());
            }
        }
        return NullNode.instance;
    }

    private JsonNode answer(String name, String first, String second) throws Refusal {
        return switch (name) {
            case "read" -> text(machine.files.get(machine.path(first)));
            case "exists" -> BooleanNode.valueOf(machine.exists(machine.path(first)));
            case "registryValue" -> machine.windows.value(first, second);
            case "taskState" -> machine.windows.taskState(first);
            case "ran" -> JSON.valueToTree(machine.ran);
            case "resource" -> text(machine.resources.get(first));
            case "log" -> JSON.valueToTree(machine.log);
            case "now" -> JSON.getNodeFactory().numberNode(machine.nowMs());
            default -> throw new Refusal("ArgumentError", "no function " + name);
        };
    }

    private static JsonNode text(@Nullable String text) {
        return text == null ? NullNode.instance : TextNode.valueOf(text);
    }
}
