package dev.understudy.tests.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.Network;
import dev.understudy.tests.lab.Shell;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A cluster of the lab's nodes, run from the distribution as an administrator would.
public final class TestCluster {
    /// What a command line that starts a process of the daemon contains.
    public static final String SAFED = "dev.understudy.node.main.Safed";

    /// As [#SAFED], for the guard.
    public static final String GUARD = "dev.understudy.guard.SafeGuard";

    private static final Duration START = Duration.ofSeconds(90);

    private final Lab lab;
    private final Path dist;
    private final Path logs;
    private final Map<String, String> environment = new LinkedHashMap<>();

    /// Uses the distribution in `dist`; the output of daemons goes to `logs`.
    public TestCluster(Lab lab, Path dist, Path logs) throws IOException {
        this.lab = lab;
        this.dist = dist;
        this.logs = Files.createDirectories(logs);
        if (!Files.isExecutable(dist.resolve("bin/safe-guard"))) {
            throw new LabException("no distribution in " + dist + ": run tools/dist");
        }
    }

    /// The distribution's folder as the system property `dist` names it.
    public static Path distribution() {
        String dist = System.getProperty("dist");
        if (dist == null) {
            throw new LabException("say -Ddist=FOLDER; `tools/dist` prints it");
        }
        return Path.of(dist);
    }

    /// Sets a variable in the environment of daemons started later.
    public void environment(String name, String value) {
        environment.put(name, value);
    }

    /// The `--home` of every node; the path is the same on all, the disks are not.
    public Path home() {
        return lab.nodes().getFirst().disk().resolve("understudy");
    }

    /// Where the output of daemons goes.
    public Path logs() {
        return logs;
    }

    /// The distribution's folder.
    public Path dist() {
        return dist;
    }

    /// Starts safe-guard on a node, which starts the rest, and waits until the API answers.
    public void startDaemon(LabNode node) {
        awaitDaemon(node, spawnDaemon(node));
    }

    /// Starts safe-guard on a node and waits for nothing.
    public Process spawnDaemon(LabNode node) {
        // Nothing else runs on a lab node before its daemon.
        environment.putIfAbsent("UNDERSTUDY_FIRST_AT_BOOT", "1");
        List<String> words =
                List.of(dist.resolve("bin/safe-guard").toString(), "--home", home().toString());
        return node.spawn(log(node), environment, words);
    }

    private void awaitDaemon(LabNode node, Process guard) {
        Await.until(
                "the API of " + node.name() + " answers (log: " + log(node) + ")",
                START,
                () -> {
                    if (!guard.isAlive() && node.processes(SAFED).isEmpty()) {
                        throw new LabException(
                                "safe-guard ended with exit code " + guard.exitValue());
                    }
                    return LocalApi.get(socket(node), "/health").status() == 200;
                });
    }

    /// Waits until the API of a daemon that was started in whatever way answers.
    public void awaitDaemon(LabNode node) {
        Await.until(
                "the API of " + node.name() + " answers",
                START,
                () -> LocalApi.get(socket(node), "/health").status() == 200);
    }

    private Path log(LabNode node) {
        return logs.resolve(node.name() + ".daemon.log");
    }

    /// Makes the cluster on the first node and lets the others join, all daemons running.
    public void form(String name) {
        startDaemons();
        init(name);
        LabNode first = lab.nodes().getFirst();
        for (LabNode node : lab.nodes().subList(1, lab.nodes().size())) {
            must(node, joining(node, first, token(first)));
        }
    }

    /// Starts the daemons of all nodes at once and waits for them.
    public void startDaemons() {
        Map<LabNode, Process> guards = new LinkedHashMap<>();
        lab.nodes().forEach(node -> guards.put(node, spawnDaemon(node)));
        guards.forEach(this::awaitDaemon);
    }

    /// Makes the cluster on the first node.
    public void init(String name) {
        LabNode first = lab.nodes().getFirst();
        must(first, member(first, "cluster", "init", "--name", name));
    }

    /// Makes a join token on a member.
    public String token(LabNode member) {
        String answer = must(member, List.of("cluster", "token", "--format", "json"));
        return Json.parse(answer).path("token").asText();
    }

    /// The arguments of `safe` that let a node join through a member.
    public List<String> joining(LabNode node, LabNode via, String token) {
        return member(node, "cluster", "join", token, "--via", via.address(Network.SERVICE));
    }

    private List<String> member(LabNode node, String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--node-name", node.name()));
        for (int i = 0; i < lab.network().count(); i++) {
            words.addAll(List.of("--address", (i == 0 ? "default=" : "second=") + node.address(i)));
        }
        return words;
    }

    /// Runs `safe` on a node.
    public Shell.Result safe(LabNode node, List<String> arguments) {
        return safe(node, Duration.ofMinutes(2), arguments);
    }

    /// Runs `safe` on a node, with a deadline.
    public Shell.Result safe(LabNode node, Duration patience, List<String> arguments) {
        List<String> words = new ArrayList<>();
        words.addAll(
                List.of("env", "UNDERSTUDY_HOME=" + home(), dist.resolve("bin/safe").toString()));
        words.addAll(arguments);
        return node.exec(patience, "", words);
    }

    /// Runs `safe` on a node; it has to succeed.
    ///
    /// @throws LabException with what it said when it does not
    public String must(LabNode node, List<String> arguments) {
        Shell.Result result = safe(node, arguments);
        if (!result.isOk()) {
            throw new LabException(
                    node.name()
                            + ": safe "
                            + String.join(" ", arguments)
                            + ": exit "
                            + result.exit()
                            + "\n"
                            + result.text());
        }
        return result.out().strip();
    }

    /// Shows a module as a node sees it; empty when its daemon does not answer or does not know it.
    public Optional<ModuleView> state(LabNode node, String module) {
        if (!node.isUp()) {
            return Optional.empty();
        }
        try {
            LocalApi.Answer answer = LocalApi.get(socket(node), "/modules/" + module);
            return answer.status() == 200
                    ? Optional.of(ModuleView.of(answer.body()))
                    : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// Waits until a module has a state and has reached it.
    public void awaitState(LabNode node, String module, String state, Duration deadline) {
        Await.until(
                () -> module + " is " + state + " on " + node.name() + "; " + describe(module),
                deadline,
                () ->
                        state(node, module)
                                .filter(view -> view.state().equals(state) && view.isReady())
                                .isPresent());
    }

    /// Waits until a node serves, with its peer or without.
    public void awaitServes(LabNode node, String module, Duration deadline) {
        Await.until(
                () -> module + " is served by " + node.name() + "; " + describe(module),
                deadline,
                () -> primary(module).filter(node::equals).isPresent());
    }

    /// Waits until one node is PRIM, the other SECOND, and the register counts both.
    public void awaitInSync(String module, Duration deadline) {
        Await.until(
                () -> module + " in sync on both nodes; " + describe(module),
                deadline,
                () -> primary(module).isPresent() && isInSync(module));
    }

    /// Tells whether both nodes serve their part and the register counts both.
    public boolean isInSync(String module) {
        List<String> states = new ArrayList<>();
        for (LabNode node : lab.nodes()) {
            Optional<ModuleView> view = state(node, module);
            if (view.isEmpty() || !view.get().isReady() || view.get().inSync().size() != 2) {
                return false;
            }
            states.add(view.get().state());
        }
        return states.contains("PRIM") && states.contains("SECOND");
    }

    /// Finds the node that serves, ALONE or PRIM.
    public Optional<LabNode> primary(String module) {
        return lab.nodes().stream()
                .filter(node ->
                        state(node, module)
                                .filter(view ->
                                        view.state().equals("PRIM") || view.state().equals("ALONE"))
                                .isPresent())
                .findFirst();
    }

    /// Says for each node what it shows, for messages.
    public String describe(String module) {
        List<String> words = new ArrayList<>();
        for (LabNode node : lab.nodes()) {
            words.add(
                    node.name()
                            + " "
                            + state(node, module).map(ModuleView::line).orElse("does not answer"));
        }
        return String.join("; ", words);
    }

    /// Reads the journal of a node from an instant on.
    public List<JsonNode> journalSince(LabNode node, String module, Instant from) {
        List<JsonNode> entries = new ArrayList<>();
        try {
            JsonNode body =
                    LocalApi.get(
                                    socket(node),
                                    "/journal?module=" + module + "&after=-400&limit=400")
                            .body();
            for (JsonNode entry : body.path("entries")) {
                if (entry.path("atMs").asLong() >= from.toEpochMilli()) {
                    entries.add(entry);
                }
            }
        } catch (IOException _) {
            return entries; // its daemon has ended since
        }
        return entries;
    }

    /// The node's local API socket as this process reaches it.
    public Path socket(LabNode node) {
        return node.seen(home().resolve("run/api.sock"));
    }

    /// Finds a module's archive in the distribution.
    public Path archive(String module) {
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(dist.resolve("modules"), module + "*.safe")) {
            for (Path path : found) {
                return path;
            }
        } catch (IOException e) {
            throw new LabException("cannot read " + dist.resolve("modules"), e);
        }
        throw new LabException("no " + module + "*.safe in " + dist.resolve("modules"));
    }

    /// The other of two nodes.
    public LabNode other(LabNode node) {
        return lab.nodes().stream()
                .filter(candidate -> !candidate.equals(node))
                .findFirst()
                .orElseThrow();
    }

    /// The lab below.
    public Lab lab() {
        return lab;
    }
}
