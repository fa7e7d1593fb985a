package dev.understudy.node.api;

import dev.understudy.node.api.Caller.Role;
import dev.understudy.node.api.ModuleInstaller.Staged;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What each operation of the contract does, by its operationId. Called on virtual threads.
final class Operations {
    /// How often a waiting call looks again.
    private static final long LOOK_AGAIN_MS = 200;

    /// The header by which a client of events says what it has; among the values of its call.
    static final String LAST_EVENT = "Last-Event-ID";

    private final ApiServer.Doors doors;
    private final Clock clock;
    private final CommandRuns runs;
    private final EventStream events;
    private final Map<String, Operation> all = new LinkedHashMap<>();

    /// One operation.
    interface Operation {
        Answer call(Call call) throws Exception;
    }

    /// A call that fits the contract.
    ///
    /// @param values of path and query: texts and longs
    /// @param json body, if it is JSON; else empty
    /// @param bytes body, if it is not
    record Call(Caller caller, Map<String, Object> values, JsonObject json, byte[] bytes) {
        String path(String name) {
            return String.valueOf(Objects.requireNonNull(values.get(name)));
        }

        @Nullable String query(String name) {
            Object value = values.get(name);
            return value == null ? null : String.valueOf(value);
        }

        long query(String name, long otherwise) {
            return values.get(name) instanceof Long number ? number : otherwise;
        }

        JsonObject body() {
            return json;
        }
    }

    /// An answer.
    ///
    /// @param body a record, bytes, a text with its type, or something that goes on
    /// @param detail added to the audit line; empty for none
    record Answer(int status, Object body, String etag, String detail) {
        static Answer of(Object body) {
            return new Answer(200, body, "", "");
        }

        static Answer done(String text) {
            return of(new Text(text));
        }
    }

    record Text(String text) {}

    /// A text that is no JSON.
    record Plain(String type, String text) {}

    record Entries(List<JournalEntry> entries) {}

    record Modules(List<ModuleState> modules) {}

    record Offer(String clusterYaml, List<Staged> modules) {}

    record Key(String key) {}

    record Signature(String signature) {}

    record ConfigDigest(String configDigest) {}

    record TokenList(List<TokenView> tokens) {}

    record TokenView(
            String name,
            String role,
            long createdAtMs,
            long expiresAtMs,
            @Nullable Long lastUsedAtMs) {}

    Operations(ApiServer.Doors doors, Clock clock) {
        this.doors = doors;
        this.clock = clock;
        this.runs = new CommandRuns(clock);
        this.events = new EventStream(doors.modules(), doors.node(), clock::millis);
        node();
        cluster();
        modules();
        installation();
        tokens();
    }

    Map<String, Operation> all() {
        return all;
    }

    private void node() {
        all.put("getHealth", _ -> Answer.done("up"));
        all.put("getNode", _ -> Answer.of(doors.node().state()));
        all.put("getJournal", this::journal);
        all.put("getMetrics", _ -> new Answer(200, new Plain(Metrics.TYPE, metrics()), "", ""));
        all.put("getEvents", this::events);
        all.put("getSupport", this::support);
    }

    /// The node's numbers for Prometheus.
    String metrics() {
        return Metrics.text(doors.node().state(), states(), doors.modules()::fired);
    }

    private List<ModuleState> states() {
        return doors.modules().modules().stream()
                .flatMap(name -> doors.modules().state(name).stream())
                .toList();
    }

    private Answer events(Call call) {
        String module = call.query("module");
        if (module != null) required(module);
        String last = String.valueOf(call.values().get(LAST_EVENT));
        boolean goesOn = last.matches("\\d{1,18}");
        long after = goesOn ? Long.parseLong(last) : call.query("after", -1);
        return new Answer(200, events.open(module, after), "", "");
    }

    private Answer support(Call call) throws IOException {
        Map<String, byte[]> live = new LinkedHashMap<>();
        live.put("node.json", Json.bytes(doors.node().state()));
        live.put("versions.json", Json.bytes(Versions.now(doors.node().state().product())));
        live.put("modules.json", Json.bytes(new Modules(states())));
        for (String name : doors.modules().modules()) {
            var explained = doors.modules().explain(name, 0);
            explained.ifPresent(e -> live.put("explain-" + name + ".json", Json.bytes(e)));
        }
        live.put("metrics.txt", metrics().getBytes(StandardCharsets.UTF_8));
        byte[] zip = doors.node().support(live);
        doors.node().audit(call.caller(), "getSupport support", "done");
        return Answer.of(zip);
    }

    /// What runs here.
    private record Versions(String product, String java, String vm, String os, String machine) {
        static Versions now(String product) {
            return new Versions(
                    product,
                    System.getProperty("java.version", ""),
                    System.getProperty("java.vm.version", ""),
                    System.getProperty("os.name", "") + " " + System.getProperty("os.version", ""),
                    System.getProperty("os.arch", "")
                            + ", "
                            + Runtime.getRuntime().availableProcessors()
                            + " processors, heap "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB");
        }
    }

    private Answer journal(Call call) throws InterruptedException {
        String module = call.query("module");
        long after = call.query("after", -300);
        int limit = (int) call.query("limit", 1000);
        return Answer.of(
                new Entries(
                        waitFor(
                                call.query("waitMs", 0),
                                () -> doors.node().journal(module, after, limit),
                                entries -> !entries.isEmpty())));
    }

    private void cluster() {
        ClusterControl cluster = doors.cluster();
        all.put("getCluster", _ -> Answer.of(cluster.view()));
        all.put(
                "initCluster",
                call ->
                        Answer.of(
                                cluster.init(
                                        call.body().getString("name"),
                                        member(call.body().getJsonObject("member")))));
        all.put(
                "createJoinToken",
                call -> Answer.of(cluster.newToken(call.body().getString("role"))));
        all.put(
                "joinCluster",
                call ->
                        Answer.of(
                                cluster.join(
                                        call.body().getString("token"),
                                        call.body().getString("via"),
                                        call.body().getInteger("port"),
                                        member(call.body().getJsonObject("member")))));
        all.put(
                "admitMember",
                call ->
                        Answer.of(
                                cluster.admit(
                                        call.body().getString("secret"),
                                        member(call.body()),
                                        call.body().getString("request"))));
        all.put(
                "putSignatures",
                call -> {
                    List<String> signers = new java.util.ArrayList<>();
                    call.body()
                            .getJsonArray("signers", new io.vertx.core.json.JsonArray())
                            .forEach(line -> signers.add(String.valueOf(line)));
                    return Answer.of(
                            cluster.require(
                                    new ClusterControl.Signatures(
                                            call.body().getString("policy"), signers)));
                });
        all.put(
                "removeWitness",
                call -> Answer.of(cluster.removeWitness(call.body().getBoolean("force", false))));
        all.put("getAuthorityKey", _ -> Answer.of(new Key(cluster.authorityKey())));
        all.put(
                "getOffer",
                _ -> Answer.of(new Offer(cluster.clusterYaml(), doors.installer().offer())));
    }

    private static ClusterControl.Member member(JsonObject json) {
        Map<String, Integer> ports = new HashMap<>();
        JsonObject given = json.getJsonObject("ports", new JsonObject());
        given.fieldNames().forEach(name -> ports.put(name, given.getInteger(name)));
        return new ClusterControl.Member(
                json.getString("name"),
                json.getString("role", "data"),
                strings(json.getJsonObject("addresses")),
                ports);
    }

    private static Map<String, String> strings(@Nullable JsonObject json) {
        Map<String, String> values = new LinkedHashMap<>();
        if (json != null) json.fieldNames().forEach(name -> values.put(name, json.getString(name)));
        return values;
    }

    private void modules() {
        all.put("listModules", _ -> Answer.of(new Modules(states())));
        all.put("getModule", this::module);
        all.put("getReady", this::ready);
        all.put("explainModule", this::explain);
        all.put("getBoot", call -> Answer.of(boot(call)));
        all.put(
                "putBoot",
                call -> {
                    required(call.path("module"));
                    String word = call.body().getString("boot");
                    doors.modules().boot(call.path("module"), word);
                    return new Answer(200, boot(call), "", word);
                });
        all.put("switchCheckers", this::switchCheckers);
        all.put("listQuarantine", call -> Answer.of(quarantine(call).list()));
        all.put(
                "showQuarantine",
                call ->
                        Answer.of(
                                quarantine(call)
                                        .show(call.path("entry"))
                                        .orElseThrow(() -> noEntry(call))));
        all.put("dropQuarantine", this::dropQuarantine);
        all.put("exportQuarantine", this::exportQuarantine);
        all.put("restoreQuarantine", this::restoreQuarantine);
        all.put("setResource", this::setResource);
        all.put("runCommand", this::runCommand);
        all.put("getCommand", this::command);
    }

    private Answer module(Call call) throws InterruptedException {
        String name = call.path("module");
        String known = call.query("changedFrom");
        ModuleState state =
                waitFor(
                        known == null ? 0 : call.query("waitMs", 0),
                        () -> required(name),
                        now -> !Json.tag(now).equals(known));
        return new Answer(200, state, Json.tag(state), "");
    }

    private ModuleControl.Boot boot(Call call) throws IOException {
        String name = call.path("module");
        required(name);
        return doors.modules()
                .boot(name)
                .orElseThrow(() -> Problem.notFound("no module " + name, ""));
    }

    private Answer switchCheckers(Call call) {
        String name = call.path("module");
        ModuleState state = required(name);
        String resource = call.body().getString("resource", "");
        boolean isOn = call.body().getBoolean("isOn");
        List<String> meant = doors.modules().checkers(name, resource, isOn);
        String word = isOn ? "on" : "off";
        if (!meant.isEmpty()) {
            return new Answer(
                    200, new Text(String.join(", ", meant) + ": " + word), "", word + " " + meant);
        }
        List<String> known = state.resources().stream().map(ModuleState.Resource::name).toList();
        throw Problem.notFound(
                resource.isEmpty()
                        ? "module %s has no checkers".formatted(name)
                        : "module %s has no checker '%s'".formatted(name, resource),
                known.isEmpty() ? "" : "it has " + String.join(", ", known));
    }

    private Answer setResource(Call call) {
        String name = call.path("module");
        required(name);
        String resource = call.body().getString("resource");
        String value = call.body().getString("value");
        try {
            doors.modules()
                    .say(name, resource, value.equals("up"), call.body().getString("text", ""));
        } catch (IllegalStateException e) {
            throw Problem.badRequest(
                    String.valueOf(e.getMessage()), "use names that are there already");
        }
        return new Answer(200, new Text(resource + ": " + value), "", resource + " " + value);
    }

    private Answer explain(Call call) throws IOException {
        String name = call.path("module");
        required(name);
        return Answer.of(
                doors.modules()
                        .explain(name, call.query("atMs", 0))
                        .orElseThrow(() -> Problem.notFound("no module " + name, "")));
    }

    private ModuleQuarantine quarantine(Call call) {
        String name = call.path("module");
        required(name);
        return doors.modules()
                .quarantine(name)
                .orElseThrow(
                        () -> Problem.notFound("module %s replicates nothing".formatted(name), ""));
    }

    private static Problem.Refused noEntry(Call call) {
        return Problem.notFound(
                "no entry '%s' in the quarantine of this node".formatted(call.path("entry")),
                "see `safe quarantine list -m %s`".formatted(call.path("module")));
    }

    private Answer dropQuarantine(Call call) throws IOException {
        if (!quarantine(call).drop(call.path("entry"))) {
            throw noEntry(call);
        }
        String text = call.path("entry") + " is removed";
        return new Answer(200, new Text(text), "", text);
    }

    private Answer exportQuarantine(Call call) throws IOException {
        String text = quarantine(call).export(call.path("entry"), call.body().getString("to"));
        return new Answer(200, new Text(text), "", text);
    }

    private Answer restoreQuarantine(Call call) throws IOException {
        List<String> names = new java.util.ArrayList<>();
        call.body().getJsonArray("files").forEach(name -> names.add(String.valueOf(name)));
        String text =
                quarantine(call)
                        .restore(
                                call.path("entry"),
                                names,
                                call.body().getBoolean("replace", false));
        return new Answer(200, new Text(text), "", text);
    }

    private ModuleState required(String name) {
        return doors.modules()
                .state(name)
                .orElseThrow(() -> {
                    List<String> modules = doors.modules().modules();
                    return Problem.notFound(
                            "no module '%s' on this node".formatted(name),
                            modules.isEmpty()
                                    ? "install one with `safe install FILE.safe`"
                                    : "its modules are " + String.join(", ", modules));
                });
    }

    private Answer ready(Call call) {
        String name = call.path("module");
        if (doors.modules().isReady(name)) return Answer.done("ready");
        throw new Problem.Refused(503, "HA-4320", name + " does not serve on this node", "");
    }

    private Answer runCommand(Call call) {
        String name = call.path("module");
        required(name);
        JsonObject body = call.body();
        Command command = Command.of(body.getString("command")).orElseThrow();
        CommandOptions options =
                new CommandOptions(
                        body.getBoolean("fullSync", false),
                        body.getBoolean("noSync", false),
                        body.getBoolean("force", false),
                        body.getBoolean("discard", false),
                        body.getString("cause", ""));
        List<JournalEntry> last = doors.node().journal(null, -1, 1);
        CompletableFuture<Outcome> outcome =
                doors.modules()
                        .command(name, command, options, call.caller())
                        .toCompletableFuture()
                        .exceptionally(Operations::internal);
        CommandRuns.Run run =
                runs.add(name, command, last.isEmpty() ? 0 : last.getFirst().number(), outcome);
        return new Answer(202, run.view(doors.node().state().node()), "", command.word());
    }

    private static Outcome internal(Throwable failed) {
        Problem problem =
                Problem.of(
                        failed instanceof java.util.concurrent.CompletionException c
                                        && c.getCause() != null
                                ? c.getCause()
                                : failed,
                        "");
        return new Outcome.Failed(problem.code(), problem.message(), problem.remedy());
    }

    private Answer command(Call call) throws InterruptedException {
        CommandRuns.Run run =
                runs.find(call.path("id"))
                        .orElseThrow(() ->
                                Problem.notFound(
                                        "no command of this id; it ended long ago, or the"
                                                + " daemon restarted",
                                        "look at `safe log`"));
        long waitMs = call.query("waitMs", 0);
        if (waitMs > 0) {
            try {
                run.outcome().get(waitMs, TimeUnit.MILLISECONDS);
            } catch (TimeoutException stillRunning) {
                return Answer.of(run.view(doors.node().state().node()));
            } catch (ExecutionException impossible) {
                throw new IllegalStateException("outcomes are never exceptional", impossible);
            }
        }
        return Answer.of(run.view(doors.node().state().node()));
    }

    private void installation() {
        ModuleInstaller installer = doors.installer();
        all.put(
                "putArchive",
                call -> {
                    installer.putArchive(call.path("digest"), call.bytes());
                    return Answer.done("stored");
                });
        all.put("getArchive", call -> Answer.of(installer.archive(call.path("digest"))));
        all.put(
                "installModule",
                call ->
                        Answer.of(
                                installer.install(
                                        call.body().getString("archive"),
                                        wish(call.body()),
                                        call.caller())));
        all.put("preflight", call -> Answer.of(installer.preflight(call.path("module"))));
        all.put("probe", _ -> Answer.done("received"));
        all.put(
                "rollbackModule",
                call -> Answer.of(installer.rollback(call.path("module"), call.caller())));
        all.put(
                "putArchiveSignature",
                call -> {
                    installer.putSignature(call.path("digest"), call.body().getString("signature"));
                    return Answer.done("stored");
                });
        all.put(
                "getArchiveSignature",
                call -> Answer.of(new Signature(installer.signature(call.path("digest")))));
        all.put(
                "uninstallModule",
                call -> Answer.of(installer.uninstall(call.path("module"), call.caller())));
        all.put("getConfig", call -> Answer.of(installer.config(call.path("module"))));
        all.put(
                "putConfig",
                call ->
                        Answer.of(
                                installer.configure(
                                        call.path("module"),
                                        strings(call.body().getJsonObject("values")),
                                        call.caller())));
        all.put("stageModule", call -> Answer.of(new ConfigDigest(installer.stage(staged(call)))));
        all.put(
                "switchModule",
                call -> {
                    installer.switchTo(staged(call));
                    return Answer.done("in force");
                });
        all.put(
                "dropModule",
                call -> {
                    installer.drop(staged(call));
                    return Answer.done("dropped");
                });
    }

    private static ModuleInstaller.Wish wish(JsonObject body) {
        return new ModuleInstaller.Wish(
                strings(body.getJsonObject("values")),
                body.getBoolean("allowDowngrade", false),
                body.getLong("expectedRevision", -1L));
    }

    private static Staged staged(Call call) {
        Staged staged = Json.read(call.body().toBuffer().getBytes(), Staged.class);
        if (staged.module().equals(call.path("module"))) return staged;
        throw Problem.badRequest("path and body name different modules", "");
    }

    private void tokens() {
        all.put(
                "listTokens",
                _ ->
                        Answer.of(
                                new TokenList(
                                        doors.tokens().list().stream()
                                                .map(t ->
                                                        new TokenView(
                                                                t.name(),
                                                                t.role(),
                                                                t.createdAtMs(),
                                                                t.expiresAtMs(),
                                                                t.lastUsedAtMs()))
                                                .toList())));
        all.put(
                "createToken",
                call ->
                        Answer.of(
                                doors.tokens()
                                        .create(
                                                call.body().getString("name"),
                                                Role.valueOf(
                                                        call.body()
                                                                .getString("role")
                                                                .toUpperCase(Locale.ROOT)),
                                                Duration.ofDays(
                                                        call.body()
                                                                .getInteger(
                                                                        "validDays",
                                                                        (int)
                                                                                Tokens.VALIDITY
                                                                                        .toDays())))));
        all.put(
                "revokeToken",
                call -> {
                    String name = call.path("name");
                    if (doors.tokens().revoke(name)) return Answer.done(name + " is revoked");
                    throw Problem.notFound("no token named " + name, "see `safe token list`");
                });
    }

    /// Looks until something is there to say, or the time is up.
    private <T> T waitFor(long waitMs, Supplier<T> look, java.util.function.Predicate<T> isEnough)
            throws InterruptedException {
        long endMs = clock.millis() + waitMs;
        while (true) {
            T seen = look.get();
            long leftMs = endMs - clock.millis();
            if (isEnough.test(seen) || leftMs <= 0 || leftMs > waitMs) return seen;
            Thread.sleep(Math.min(LOOK_AGAIN_MS, leftMs));
        }
    }
}
