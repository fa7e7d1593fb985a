package dev.understudy.node.script;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.understudy.posix.process.ProcessTable;
import dev.understudy.safe.Service;
import dev.understudy.script.wire.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Carries out what one run of a script asks for, after looking at the module's permissions.
final class ScriptCalls implements CallHandler {
    private static final AtomicLong LAST_EXEC = new AtomicLong();
    private static final int BODY_BYTES_MAX = 1 << 20;

    /// What all runs of a module share.
    record Module(
            Permits permits,
            Host host,
            Services services,
            ModuleProcesses processes,
            ModuleView view,
            ModuleLog log,
            Map<String, String> secrets) {}

    private final Module module;
    private final String source;
    private final List<Service> scope;
    private final boolean force;
    private final Deadline deadline;

    /// Makes the calls of one run.
    ///
    /// @param source who it is in the log
    /// @param scope services that a call without id means
    /// @param force what `services.stop` does
    ScriptCalls(
            Module module, String source, List<Service> scope, boolean force, Deadline deadline) {
        this.module = module;
        this.source = source;
        this.scope = scope;
        this.force = force;
        this.deadline = deadline;
    }

    @Override
    public void log(String level, String text) {
        module.log().line(level, source, text);
    }

    @Override
    public JsonNode call(String function, JsonNode values)
            throws CallException, InterruptedException {
        Arguments arguments = new Arguments(function, values, module.secrets());
        String group = function.substring(0, Math.max(0, function.indexOf('.')));
        return switch (group) {
            case "services" -> services(function, arguments);
            case "file" -> file(function, arguments);
            case "resource" -> resource(function, arguments);
            case "registry" ->
                    new WindowsCalls(module.host(), module.permits()).registry(function, arguments);
            case "tasks" ->
                    new WindowsCalls(module.host(), module.permits()).tasks(function, arguments);
            default -> other(function, arguments);
        };
    }

    private JsonNode other(String function, Arguments arguments)
            throws CallException, InterruptedException {
        return switch (function) {
            case "exec" -> exec(arguments);
            case "processes.find" -> find(arguments);
            case "tcp.check" -> tcp(arguments);
            case "http.get" -> http(arguments);
            case "node" ->
                    Wire.JSON
                            .createObjectNode()
                            .put("platform", module.host().platform())
                            .setAll(Wire.JSON.<ObjectNode>valueToTree(module.view().node()));
            case "peer" -> Wire.JSON.valueToTree(module.view().peer());
            case "state" -> TextNode.valueOf(module.view().state());
            case "progress" -> {
                module.view()
                        .progress(
                                arguments.text(0, "text"),
                                arguments.optionalInteger(1, "percent", 0, 100).orElse(-1));
                yield NullNode.instance;
            }
            default -> throw new CallException("ArgumentError", "no function " + function);
        };
    }

    private JsonNode services(String function, Arguments arguments)
            throws CallException, InterruptedException {
        Services services = module.services();
        try {
            switch (function) {
                case "services.list" -> {
                    ArrayNode ids = Wire.JSON.createArrayNode();
                    services.all().forEach(s -> ids.add(s.id()));
                    return ids;
                }
                case "services.status" -> {
                    Service service = service(arguments.text(0, "id"));
                    return TextNode.valueOf(
                            switch (services.status(service)) {
                                case RUNNING -> "running";
                                case STOPPED -> "stopped";
                                case UNKNOWN -> "unknown";
                            });
                }
                case "services.start" -> services.start(chosen(arguments), deadline);
                case "services.stop" -> services.stop(chosen(arguments), force, deadline);
                case "services.forceStop" -> services.stop(chosen(arguments), true, deadline);
                case "services.restart" -> {
                    services.stop(chosen(arguments), force, deadline);
                    services.start(chosen(arguments), deadline);
                }
                default -> throw new CallException("ArgumentError", "no function " + function);
            }
            return NullNode.instance;
        } catch (ServiceException e) {
            throw new CallException(
                    e.isTimeout() ? "TimeoutError" : "ServiceError",
                    String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new CallException("ServiceError", String.valueOf(e.getMessage()));
        }
    }

    private List<Service> chosen(Arguments arguments) throws CallException {
        Optional<String> id = arguments.optionalText(0, "id");
        return id.isEmpty() ? scope : List.of(service(id.get()));
    }

    private Service service(String id) throws CallException {
        return module.services()
                .find(id)
                .orElseThrow(() ->
                        new CallException(
                                "PermissionError", "userconfig.yaml has no service '" + id + "'"));
    }

    private JsonNode file(String function, Arguments arguments) throws CallException {
        String name = arguments.text(0, "path");
        Permits permits = module.permits();
        return switch (function) {
            case "file.read" -> TextNode.valueOf(FileCalls.read(permits.file(name, false)));
            case "file.exists" -> BooleanNode.valueOf(Files.exists(permits.file(name, false)));
            case "file.list" -> {
                ArrayNode names = Wire.JSON.createArrayNode();
                FileCalls.list(permits.file(name, false)).forEach(names::add);
                yield names;
            }
            case "file.write" -> {
                arguments.options(2, Set.of("mode"));
                FileCalls.write(
                        permits.file(name, true),
                        arguments.text(1, "text"),
                        arguments.option(2, "mode"));
                yield NullNode.instance;
            }
            case "file.remove" -> BooleanNode.valueOf(FileCalls.remove(permits.file(name, true)));
            default -> throw new CallException("ArgumentError", "no function " + function);
        };
    }

    private JsonNode resource(String function, Arguments arguments) throws CallException {
        String id = arguments.text(0, "id");
        if (function.equals("resource.get")) {
            return module.view()
                    .resource(id)
                    .<JsonNode>map(TextNode::valueOf)
                    .orElse(NullNode.instance);
        }
        String health = arguments.text(1, "health");
        if (!id.matches("custom[.][A-Za-z0-9_.-]{1,56}")
                || !(health.equals("up") || health.equals("down"))) {
            throw arguments.wrong("set resources custom.<id> to 'up' or 'down'");
        }
        module.view()
                .setResource(
                        id, health.equals("up"), arguments.optionalText(2, "detail").orElse(""));
        return NullNode.instance;
    }

    private JsonNode exec(Arguments arguments) throws CallException, InterruptedException {
        List<String> argv = arguments.argv(0);
        arguments.options(1, Set.of("timeout", "okCodes", "input", "env", "cwd"));
        Duration timeout = arguments.duration(1, "timeout", Duration.ofSeconds(60));
        Set<Integer> okCodes = arguments.integers(1, "okCodes", Set.of(0));
        ModuleProcesses.Spec spec =
                new ModuleProcesses.Spec(
                        argv,
                        module.permits().user(argv.getFirst()),
                        arguments.option(1, "cwd"),
                        arguments.texts(1, "env"),
                        arguments.option(1, "input"),
                        "exec." + LAST_EXEC.incrementAndGet(),
                        source + ": " + argv.getFirst());
        try {
            Optional<Programs.Ended> ended =
                    new Programs(module.processes()).run(spec, deadline.within(timeout), true);
            if (ended.isEmpty()) {
                throw new CallException(
                        "TimeoutError",
                        argv.getFirst() + " did not end within " + timeout.toMillis() + " ms");
            }
            return result(argv.getFirst(), ended.get(), okCodes);
        } catch (IOException e) {
            throw new CallException("IoError", String.valueOf(e.getMessage()));
        }
    }

    private static JsonNode result(String program, Programs.Ended ended, Set<Integer> okCodes)
            throws CallException {
        if (!okCodes.contains(ended.code())) {
            String tail = ended.tail();
            CallException failed =
                    new CallException(
                            "ExecError",
                            program
                                    + " ended with "
                                    + ended.code()
                                    + (tail.isEmpty() ? "" : ": " + tail));
            put(failed.error(), ended);
            throw failed;
        }
        ObjectNode result = Wire.JSON.createObjectNode();
        put(result, ended);
        return result;
    }

    private static void put(ObjectNode target, Programs.Ended ended) {
        target.put("code", ended.code()).put("stdout", ended.out()).put("stderr", ended.err());
    }

    private JsonNode find(Arguments arguments) throws CallException, InterruptedException {
        arguments.options(0, Set.of("name", "args"));
        Optional<String> name = arguments.option(0, "name");
        ArrayNode found = Wire.JSON.createArrayNode();
        try {
            Optional<Pattern> pattern = arguments.option(0, "args").map(Pattern::compile);
            if (module.host().windows().isPresent()) {
                WindowsPrograms programs = module.host().windows().get().programs();
                for (WindowsProcesses.Entry one : WindowsProcesses.read(programs)) {
                    if ((name.isEmpty() || one.isNamed(name.get()))
                            && (pattern.isEmpty() || pattern.get().matcher(one.args()).find())) {
                        put(found, one.pid(), one.name(), one.args());
                    }
                }
                return found;
            }
            for (ProcessTable.Entry entry : ProcessTable.read()) {
                String args = ProcessTable.arguments(entry.pid());
                if (entry.isRunning()
                        && (name.isEmpty() || ProcessTable.isNamed(entry, name.get()))
                        && (pattern.isEmpty() || pattern.get().matcher(args).find())) {
                    put(found, entry.pid(), entry.name(), args);
                }
            }
            return found;
        } catch (PatternSyntaxException e) {
            throw arguments.wrong("args is no regular expression: " + e.getDescription());
        } catch (IOException e) {
            throw new CallException("IoError", "processes.find: " + e.getMessage());
        }
    }

    private static void put(ArrayNode found, long pid, String name, String args) {
        found.addObject().put("pid", pid).put("name", name).put("args", args);
    }

    private JsonNode tcp(Arguments arguments) throws CallException {
        String host = arguments.text(0, "host");
        int port = arguments.integer(1, "port", 1, 65535);
        arguments.options(2, Set.of("timeout"));
        Duration timeout = arguments.duration(2, "timeout", Duration.ofSeconds(5));
        module.permits().host(host);
        return BooleanNode.valueOf(ReadyChecks.accepts(host, port, millis(timeout)));
    }

    private int millis(Duration timeout) {
        return (int) Math.max(1, deadline.within(timeout).leftNs() / 1_000_000);
    }

    private JsonNode http(Arguments arguments) throws CallException {
        URI uri = uri(arguments);
        arguments.options(1, Set.of("timeout", "headers"));
        int timeoutMs = millis(arguments.duration(1, "timeout", Duration.ofSeconds(5)));
        module.permits().host(uri.getHost());
        try {
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setConnectTimeout(timeoutMs);
            connection.setReadTimeout(timeoutMs);
            arguments.texts(1, "headers").forEach(connection::setRequestProperty);
            try {
                return answer(connection);
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            throw new CallException("IoError", "http.get " + uri + ": " + e.getMessage());
        }
    }

    private static URI uri(Arguments arguments) throws CallException {
        try {
            URI uri = URI.create(arguments.text(0, "url"));
            if (uri.getHost() != null
                    && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw arguments.wrong("url: " + e.getMessage());
        }
        throw arguments.wrong("url must be http://… or https://…");
    }

    private static JsonNode answer(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        ObjectNode answer = Wire.JSON.createObjectNode().put("status", status);
        ObjectNode headers = answer.putObject("headers");
        connection
                .getHeaderFields()
                .forEach((name, all) -> {
                    if (name != null) {
                        headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", all));
                    }
                });
        InputStream body =
                status >= 400 ? connection.getErrorStream() : connection.getInputStream();
        try (InputStream in = body == null ? InputStream.nullInputStream() : body) {
            answer.put("body", new String(in.readNBytes(BODY_BYTES_MAX), StandardCharsets.UTF_8));
        }
        return answer;
    }
}
