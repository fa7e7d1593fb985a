package dev.understudy.node.script;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.posix.process.Cgroup;
import dev.understudy.posix.process.Cgroups;
import dev.understudy.safe.Parameter;
import dev.understudy.safe.Resolved;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.Service;
import dev.understudy.safe.When;
import dev.understudy.script.wire.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/// The application of one module on this node.
public final class ModuleApplication implements Application {
    /// Calls end when the script is signalled, not a moment before: then it is known what was
    /// awaited.
    private static final Duration CALLS_LONGER = Duration.ofSeconds(2);

    private static final Duration LEFTOVERS_WITHIN = Duration.ofSeconds(10);

    /// What an application is made of.
    ///
    /// @param instance tells this daemon from others on the machine; letters and digits, the same
    ///   at every start
    /// @param hooks host that runs hooks, started by the caller
    /// @param checkers host that runs checkers, started by the caller
    /// @param folder for pipes, below the run-time folder of the node; only the daemon may enter it
    /// @param traces folder that keeps what the last hooks asked for and were told
    /// @param cgroups where groups can be made, see [Cgroups#find]; empty = marked processes only
    public record Parts(
            String instance,
            SafeModule module,
            Resolved resolved,
            ScriptHosts hooks,
            ScriptHosts checkers,
            ModuleView view,
            ModuleLog log,
            Path folder,
            Path traces,
            Optional<Cgroups> cgroups,
            LongSupplier nowNs) {}

    private final Parts parts;
    private final ModuleScripts scripts;
    private final ModuleProcesses processes;
    private final Services services;
    private final ScriptCalls.Module calls;
    private final ObjectNode params;
    private final Lane hooks;
    private final Lane notices;

    /// Makes it; starts nothing. The configuration must have been resolved without errors.
    public ModuleApplication(Parts parts) {
        this(parts, Optional.empty(), LocalWindowsPrograms.find());
    }

    /// Makes it with another operating system, for tests.
    ModuleApplication(
            Parts parts, Optional<Systemctl> systemctl, Optional<WindowsPrograms> windows) {
        this.parts = parts;
        String name = parts.module().manifest().name();
        List<Service> all = parts.resolved().config().orElseThrow().services();
        scripts = ModuleScripts.of(parts.module());
        processes =
                new ModuleProcesses(
                        parts.instance(),
                        name,
                        parts.folder(),
                        parts.cgroups(),
                        parts.log(),
                        parts.nowNs());
        Host host =
                new Host(
                        systemctl.orElseGet(() -> new SystemSystemctl(processes)),
                        windows.map(Host.Windows::of));
        services = new Services(all, processes, host, parts.log());
        Map<String, String> secrets = new HashMap<>();
        params = params(parts, secrets);
        calls =
                new ScriptCalls.Module(
                        new Permits(parts.resolved().permissions(), all),
                        host,
                        services,
                        processes,
                        parts.view(),
                        parts.log(),
                        Map.copyOf(secrets));
        hooks = new Lane("hook-" + name, true);
        notices = new Lane("notice-" + name, false);
    }

    private static ObjectNode params(Parts parts, Map<String, String> secrets) {
        ObjectNode params = Wire.JSON.createObjectNode();
        Map<String, Parameter> declared = parts.module().manifest().parameters();
        for (Map.Entry<String, Object> entry :
                new LinkedHashMap<>(parts.resolved().values()).entrySet()) {
            Parameter parameter = declared.get(entry.getKey());
            if (parameter != null && parameter.type() == Parameter.Type.SECRET) {
                secrets.put(entry.getKey(), String.valueOf(entry.getValue()));
                params.putObject(entry.getKey()).put("$secret", entry.getKey());
            } else {
                params.set(entry.getKey(), Wire.JSON.valueToTree(entry.getValue()));
            }
        }
        return params;
    }

    @Override
    public CompletableFuture<HookResult> run(Hook hook, HookContext context, Duration deadline) {
        long startNs = parts.nowNs().getAsLong();
        Deadline end = new Deadline(parts.nowNs(), startNs + deadline.toNanos());
        return (hook == Hook.TRANSITION ? notices : hooks)
                .submit(
                        () -> body(hook, context, end, startNs),
                        reason -> new HookResult.Interrupted(reason, elapsed(startNs)),
                        thrown ->
                                new HookResult.Failed(
                                        "daemon: " + thrown,
                                        hook.scriptName(),
                                        List.of(),
                                        elapsed(startNs)));
    }

    private long elapsed(long startNs) {
        return parts.nowNs().getAsLong() - startNs;
    }

    private HookResult body(Hook hook, HookContext context, Deadline end, long startNs)
            throws InterruptedException {
        if (scripts.has(hook.scriptPath())) {
            return script(hook, context, end, startNs);
        }
        if (hook == Hook.PRESTART) {
            return stopAll(context, end, startNs);
        }
        List<Service> chosen = scope(hook, context);
        if (chosen.isEmpty()) {
            return new HookResult.Ok("nothing", elapsed(startNs));
        }
        try {
            if (hook.isStop()) {
                services.stop(chosen, context.force(), end);
            } else {
                services.start(chosen, end);
            }
            return new HookResult.Ok("services", elapsed(startNs));
        } catch (ServiceException e) {
            String message = String.valueOf(e.getMessage());
            return e.isTimeout()
                    ? new HookResult.TimedOut(message, processes.tree(), elapsed(startNs))
                    : new HookResult.Failed(message, e.service(), List.of(), elapsed(startNs));
        }
    }

    /// What `prestart` does where the module has none: everything that stops something, by force
    /// where that fails.
    private HookResult stopAll(HookContext context, Deadline end, long startNs)
            throws InterruptedException {
        HookResult last = new HookResult.Ok("nothing", elapsed(startNs));
        for (Hook stop : List.of(Hook.STOP_SECOND, Hook.STOP_PRIM, Hook.STOP_BOTH)) {
            HookResult result = body(stop, context, end, startNs);
            if (!result.isOk()) {
                parts.log().line("warn", stop.scriptName(), result.text() + "; stopping by force");
                result = body(stop, context.forced(), end, startNs);
            }
            if (!result.isOk()) {
                return result;
            }
            last =
                    result instanceof HookResult.Ok(String what, long _) && what.equals("nothing")
                            ? last
                            : result;
        }
        return last;
    }

    /// The services that belong to a hook: those whose `when` it begins or ends.
    private List<Service> scope(Hook hook, HookContext context) {
        Set<When> phases =
                switch (hook) {
                    case START_PRIM, STOP_PRIM -> Set.of(When.PRIM);
                    case START_SECOND, STOP_SECOND -> Set.of(When.SECOND);
                    case START_BOTH, STOP_BOTH -> Set.of(When.BOTH, When.UP);
                    case PRESTART, POSTSTOP, TRANSITION -> Set.of();
                };
        return services.all().stream()
                .filter(s -> phases.contains(s.when()))
                .filter(s -> context.services().isEmpty() || context.services().contains(s.id()))
                .toList();
    }

    private HookResult script(Hook hook, HookContext context, Deadline end, long startNs)
            throws InterruptedException {
        List<Service> scope = scope(hook, context);
        ScriptCalls handler =
                new ScriptCalls(
                        calls,
                        hook.scriptName(),
                        scope.isEmpty() ? services.all() : scope,
                        context.force(),
                        end.later(CALLS_LONGER));
        List<String> tree = new ArrayList<>();
        Trace trace = new Trace(handler, calls.secrets(), parts.nowNs());
        long startedAtMs = System.currentTimeMillis();
        ScriptRequest request = new ScriptRequest(scripts, hook.scriptPath(), ctx(context), params);
        ScriptHosts.Ended ended;
        try {
            ended = parts.hooks().run(request, trace, end, () -> tree.addAll(processes.tree()));
        } finally {
            if (hook != Hook.TRANSITION) {
                parts.view().progress("", -1);
            }
        }
        keep(trace, request, ended.end(), hook.scriptName(), startedAtMs);
        if (ended.isTimeout()) {
            return new HookResult.TimedOut(awaited(ended), tree, elapsed(startNs));
        }
        ScriptEnd last = ended.end();
        return switch (last.kind()) {
            case OK -> new HookResult.Ok("script", elapsed(startNs));
            case FAILED, EXHAUSTED ->
                    new HookResult.Failed(
                            last.message(), last.where(), last.stack(), elapsed(startNs));
            case STOPPED, LOST -> new HookResult.Interrupted(last.message(), elapsed(startNs));
        };
    }

    /// A trace that cannot be written is no reason to fail a hook.
    private void keep(
            Trace trace, ScriptRequest request, ScriptEnd end, String hook, long startedAtMs) {
        try {
            Trace.write(
                    parts.traces(),
                    startedAtMs + "-" + hook + ".json",
                    trace.json(
                            parts.module().manifest().name(),
                            parts.module().manifest().version(),
                            request,
                            end,
                            startedAtMs));
        } catch (IOException cannotWrite) {
            parts.log().line("warn", hook, "its trace is not kept: " + cannotWrite.getMessage());
        }
    }

    private static String awaited(ScriptHosts.Ended ended) {
        if (!ended.awaited().isEmpty()) {
            return String.join(", ", ended.awaited());
        }
        return "the script itself"
                + (ended.end().where().isEmpty() ? "" : " at " + ended.end().where());
    }

    private static ObjectNode ctx(HookContext context) {
        ObjectNode ctx =
                Wire.JSON
                        .createObjectNode()
                        .put("state", context.state())
                        .put("nextState", context.nextState())
                        .put("action", context.action())
                        .put("force", context.force());
        ArrayNode list = ctx.putArray("services");
        context.services().forEach(list::add);
        return ctx;
    }

    @Override
    public boolean isRunning(String service) throws ServiceStatusUnknown, InterruptedException {
        Service found =
                services.find(service)
                        .orElseThrow(() -> new ServiceStatusUnknown("no service " + service));
        try {
            return services.status(found) == Services.Status.RUNNING;
        } catch (IOException e) {
            throw new ServiceStatusUnknown(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public CheckResult check(String file, String resource, Duration timeout)
            throws InterruptedException {
        Deadline end = Deadline.in(parts.nowNs(), timeout);
        ScriptCalls handler =
                new ScriptCalls(calls, resource, services.all(), false, end.later(CALLS_LONGER));
        ObjectNode ctx =
                Wire.JSON.createObjectNode().put("id", resource).put("state", parts.view().state());
        ScriptHosts.Ended ended =
                parts.checkers()
                        .run(new ScriptRequest(scripts, file, ctx, params), handler, end, () -> {});
        if (ended.isTimeout()) {
            return new CheckResult(
                    false,
                    "no answer within "
                            + timeout.toMillis()
                            + " ms, waiting for "
                            + awaited(ended));
        }
        ScriptEnd last = ended.end();
        if (last.kind() != ScriptEnd.Kind.OK) {
            String where = last.where().isEmpty() ? "" : " at " + last.where();
            return new CheckResult(false, last.message() + where);
        }
        boolean isUp = !last.value().equals("false");
        return new CheckResult(isUp, isUp ? "" : file + " says no");
    }

    @Override
    public KillReport kill(Duration within) {
        hooks.cancel("the application is being killed");
        notices.cancel("the application is being killed");
        KillReport first = processes.kill(within);
        // what a hook was starting at that moment came after the first look
        boolean wasQuiet = hooks.awaitQuiet(Duration.ofMillis(500));
        try {
            services.killManaged();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        KillReport second = processes.kill(wasQuiet ? Duration.ofSeconds(1) : within);
        return new KillReport(
                first.killed() + second.killed(),
                second.remaining(),
                first.elapsedNs() + second.elapsedNs());
    }

    @Override
    public KillReport killLeftovers() {
        return processes.killLeftovers(LEFTOVERS_WITHIN);
    }

    @Override
    public List<String> processes() {
        return processes.tree();
    }

    @Override
    public Optional<Path> cgroup() {
        return processes.all().cgroup().map(Cgroup::directory);
    }

    @Override
    public void close() {
        hooks.cancel("the module is being closed");
        notices.cancel("the module is being closed");
    }
}
