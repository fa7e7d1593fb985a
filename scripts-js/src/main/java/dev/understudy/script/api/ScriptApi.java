package dev.understudy.script.api;

import dev.understudy.script.api.ApiFunction.Parameter;
import dev.understudy.script.api.ApiFunction.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// All functions of the `safe` module, in the order of the reference.
public final class ScriptApi {
    /// All functions.
    public static final List<ApiFunction> FUNCTIONS;

    static {
        List<ApiFunction> all = new ArrayList<>();
        all.addAll(services());
        all.addAll(programs());
        all.addAll(files());
        all.addAll(network());
        all.addAll(WindowsApi.FUNCTIONS);
        all.addAll(module());
        all.addAll(time());
        all.addAll(log());
        FUNCTIONS = List.copyOf(all);
    }

    private ScriptApi() {}

    /// Finds a function by its full name.
    public static Optional<ApiFunction> function(String name) {
        return FUNCTIONS.stream().filter(f -> f.name().equals(name)).findFirst();
    }

    private static List<ApiFunction> services() {
        return List.of(
                daemon(
                        "services.list",
                        List.of(),
                        "string[]",
                        "Names the services of userconfig.yaml in the order in which they start: units of"
                                + " systemd, services of Windows, pools of IIS and programs alike.",
                        "const ids = await services.list();"),
                daemon(
                        "services.start",
                        List.of(optional("id", "string")),
                        "void",
                        "Starts one service, or all in order, each until it is ready. A service that runs"
                                + " is left as it is.",
                        "await services.start();          // all, in order\n"
                                + "await services.start('db');"),
                daemon(
                        "services.stop",
                        List.of(optional("id", "string")),
                        "void",
                        "Stops one service, or all in reverse order; with force when the hook runs with"
                                + " `ctx.force`. A stopped service is left as it is.",
                        "await services.stop();"),
                daemon(
                        "services.forceStop",
                        List.of(optional("id", "string")),
                        "void",
                        "Stops one service, or all in reverse order, by their force-stop command.",
                        "await services.forceStop('db');"),
                daemon(
                        "services.restart",
                        List.of(optional("id", "string")),
                        "void",
                        "Stops, then starts one service or all.",
                        "await services.restart('web');"),
                daemon(
                        "services.status",
                        List.of(required("id", "string")),
                        "'running' | 'stopped' | 'unknown'",
                        "Tells whether a service runs; `unknown` for a command service without a status"
                                + " command.",
                        "if (await services.status('db') === 'running') log.info('already up');"));
    }

    private static List<ApiFunction> programs() {
        return List.of(
                daemon(
                        "exec",
                        List.of(required("argv", "Argv"), optional("options", "ExecOptions")),
                        "ExecResult",
                        "Runs a program by its absolute path, without a shell, and waits for its end. It must"
                                + " be named in the permissions of module.yaml or in a service. Rejects with"
                                + " an `ExecError` (`code`, `stdout`, `stderr`) if the exit code is not one of"
                                + " `okCodes`, with a `TimeoutError` after `timeout`; what the program started"
                                + " is ended then.",
                        "const { stdout } = await exec(['/usr/bin/pg_lsclusters', '-h']);\n"
                                + "const r = await exec(['/usr/bin/systemctl', 'is-active', 'x'], { okCodes:"
                                + " [0, 3], timeout: '10s' });"),
                daemon(
                        "processes.find",
                        List.of(required("filter", "ProcessFilter")),
                        "ProcessInfo[]",
                        "Finds processes of the machine by name or by a regular expression on the command"
                                + " line.",
                        "const n = (await processes.find({ name: 'postgres' })).length;"));
    }

    private static List<ApiFunction> files() {
        return List.of(
                daemon(
                        "file.read",
                        List.of(required("path", "string")),
                        "string",
                        "Reads a text file of at most 1 MiB.",
                        "const version = (await file.read('/etc/debian_version')).trim();"),
                daemon(
                        "file.exists",
                        List.of(required("path", "string")),
                        "boolean",
                        "Tells whether a file or directory is there.",
                        "if (await file.exists('/run/x.pid')) await file.remove('/run/x.pid');"),
                daemon(
                        "file.list",
                        List.of(required("path", "string")),
                        "string[]",
                        "Names what is in a directory, sorted.",
                        "for (const name of await file.list('/etc/x.d')) log.info(name);"),
                daemon(
                        "file.write",
                        List.of(
                                required("path", "string"),
                                required("text", "string"),
                                optional("options", "WriteOptions")),
                        "void",
                        "Writes a text file as a whole: the old content or the new one is there, never a"
                                + " part. Owner and mode of an existing file are kept.",
                        "await file.write('/etc/x.conf', 'port = 8080\\n', { mode: '0640' });"),
                daemon(
                        "file.remove",
                        List.of(required("path", "string")),
                        "boolean",
                        "Removes a file; false if there was none. Directories are not removed.",
                        "await file.remove('/run/x.pid');"));
    }

    private static List<ApiFunction> network() {
        return List.of(
                daemon(
                        "tcp.check",
                        List.of(
                                required("host", "string"),
                                required("port", "number"),
                                optional("options", "{ timeout?: Duration }")),
                        "boolean",
                        "Tells whether a TCP connection is accepted within the timeout (5 s).",
                        "await waitFor(() => tcp.check('127.0.0.1', 5432), { timeout: '30s' });"),
                daemon(
                        "http.get",
                        List.of(required("url", "string"), optional("options", "HttpOptions")),
                        "HttpResponse",
                        "Gets a page of at most 1 MiB; redirections are not followed. Every status is an"
                                + " answer; rejects if there is none within the timeout (5 s).",
                        "const { status } = await http.get('http://127.0.0.1:8080/health');"));
    }

    private static List<ApiFunction> module() {
        return List.of(
                daemon(
                        "node",
                        List.of(),
                        "NodeInfo",
                        "Tells about this node: its `name`, and its `platform`, linux or windows.",
                        "const { name, platform } = await node();"),
                daemon(
                        "peer",
                        List.of(),
                        "PeerInfo",
                        "Tells about the other node as it was last heard of.",
                        "if ((await peer()).state === 'PRIM') log.warn('the other node serves');"),
                daemon(
                        "state",
                        List.of(),
                        "State",
                        "Tells the state of the module on this node now; `ctx.state` is that at the start of"
                                + " the hook.",
                        "const now = await state();"),
                daemon(
                        "resource.get",
                        List.of(required("id", "string")),
                        "'up' | 'down' | 'init' | undefined",
                        "Reads a resource; undefined if there is none of that name.",
                        "const web = await resource.get('tcp.web');"),
                daemon(
                        "resource.set",
                        List.of(
                                required("id", "string"),
                                required("health", "'up' | 'down'"),
                                optional("detail", "string")),
                        "void",
                        "Sets a resource of the class `custom`; failover rules may refer to it.",
                        "await resource.set('custom.licence', 'down', 'expired');"),
                daemon(
                        "progress",
                        List.of(required("text", "string"), optional("percent", "number")),
                        "void",
                        "Shows how far a long hook is, where the state of the module is shown (`safe state`),"
                                + " until it says more or ends.",
                        "await progress('replaying the journal', 40);"));
    }

    private static List<ApiFunction> time() {
        return List.of(
                new ApiFunction(
                        "sleep",
                        List.of(required("duration", "Duration")),
                        "void",
                        "Waits.",
                        "await sleep('500ms');",
                        Place.HOST),
                new ApiFunction(
                        "waitFor",
                        List.of(
                                required("test", "() => unknown"),
                                optional("options", "{ timeout?: Duration, interval?: Duration }")),
                        "void",
                        "Waits until a test is true, trying every `interval` (250 ms) for `timeout` (30 s)."
                                + " Rejects with a `TimeoutError`. What the test throws is thrown.",
                        "await waitFor(() => file.exists('/run/x.ready'), { timeout: '20s' });",
                        Place.SCRIPT));
    }

    private static List<ApiFunction> log() {
        List<ApiFunction> all = new ArrayList<>();
        for (String level : List.of("debug", "info", "warn", "error")) {
            all.add(
                    new ApiFunction(
                            "log." + level,
                            List.of(
                                    required("text", "unknown"),
                                    optional("fields", "Record<string, unknown>")),
                            "void",
                            "Writes a line of level " + level + " into the module's log.",
                            "log." + level + "('database is there', { seconds: 3 });",
                            Place.SCRIPT));
        }
        return all;
    }

    static ApiFunction daemon(
            String name, List<Parameter> parameters, String returns, String about, String example) {
        return new ApiFunction(name, parameters, returns, about, example, Place.DAEMON);
    }

    static Parameter required(String name, String type) {
        return new Parameter(name, type, false);
    }

    static Parameter optional(String name, String type) {
        return new Parameter(name, type, true);
    }
}
