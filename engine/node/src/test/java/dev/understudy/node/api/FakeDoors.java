package dev.understudy.node.api;

import dev.understudy.core.member.HaException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A node of which only the API is real.
final class FakeDoors implements ModuleControl, NodeControl, ClusterControl, ModuleInstaller {
    final List<String> audits = new CopyOnWriteArrayList<>();
    final List<JournalEntry> journal = new CopyOnWriteArrayList<>();
    final Map<String, byte[]> archives = new HashMap<>();
    final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    volatile ModuleState.State state = ModuleState.State.STOP;
    volatile boolean failInside;
    volatile boolean diskIsFull;

    ApiServer.Doors doors(Path folder) {
        return new ApiServer.Doors(
                this,
                this,
                this,
                this,
                (node, method, path, type, body, caller) -> {
                    if (node.equals("node9")) {
                        throw new HaException("HA-4110", "'node9' is no node", null, "");
                    }
                    return new PeerProxy.Answer(
                            200,
                            "application/json",
                            "{\"text\":\"%s %s %s\"}"
                                    .formatted(node, method, path)
                                    .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                            "");
                },
                new Tokens(folder.resolve("tokens.json"), Clock.systemUTC()));
    }

    @Override
    public Optional<ModuleQuarantine> quarantine(String module) {
        return Optional.of(new FakeQuarantine());
    }

    /// One entry that nothing removes.
    private static final class FakeQuarantine implements ModuleQuarantine {
        private static final Entry ENTRY =
                new Entry("20260102-030405", 1, 2, "abc", false, false, 1, 7, "/q/files");

        @Override
        public Listing list() {
            return new Listing("/q", 7, 100, List.of(ENTRY));
        }

        @Override
        public Optional<Content> show(String id) {
            return id.equals(ENTRY.id())
                    ? Optional.of(new Content(ENTRY, List.of(new File("data/x", "file", 7, 1000))))
                    : Optional.empty();
        }

        @Override
        public boolean drop(String id) {
            return id.equals(ENTRY.id());
        }

        @Override
        public String export(String id, String to) {
            return id + " is in " + to;
        }

        @Override
        public String restore(String id, List<String> names, boolean replaces) {
            return names + " of " + id + " are back";
        }

        @Override
        public String warning() {
            return "";
        }
    }

    volatile long resourceAtMs = 5;
    volatile @Nullable Long silentMs;

    @Override
    public List<String> modules() {
        return List.of("db");
    }

    @Override
    public Optional<ModuleState> state(String module) {
        if (failInside) throw new IllegalStateException("deliberately broken");
        if (!module.equals("db")) return Optional.empty();
        return Optional.of(
                new ModuleState(
                        "db",
                        "1.0.0",
                        "ab".repeat(32),
                        "mirror",
                        "node1",
                        state,
                        ModuleState.Status.READY,
                        "degraded",
                        ModuleState.DataState.UP_TO_DATE,
                        "started by the operator",
                        "START_ALONE",
                        1000,
                        "",
                        new ModuleState.Peer("node2", false, silentMs, null, null),
                        new ModuleState.Register(3, List.of("node1"), "node1", "g1", "protect"),
                        new ModuleState.Replication(
                                "down", 0, 0, 0, 0, 0, 7, 9, 8, 1, 4096, "memory"),
                        new ModuleState.Resync("to-peer", "copy", 1, 2, 3, 4, 5, null),
                        List.of(new ModuleState.Address("main", "10.0.0.9", "eth0", true)),
                        List.of(
                                new ModuleState.Resource(
                                        "tcp.db", "up", resourceAtMs, "", "restart")),
                        List.of(
                                new ModuleState.Rule(
                                        "worse", "tcp.db == down", 3_000, "swap", "idle", null)),
                        List.of("no peer")));
    }

    @Override
    public CompletionStage<Outcome> command(
            String module, Command command, CommandOptions options, Caller caller) {
        return outcome;
    }

    @Override
    public Optional<Explanation> explain(String module, long atMs) {
        return Optional.of(
                new Explanation(
                        "db",
                        "node1",
                        "mirror",
                        atMs == 0 ? 99 : atMs,
                        atMs == 0,
                        "ALONE",
                        7,
                        "peer silent",
                        List.of(
                                new Explanation.Move(
                                        7,
                                        "PRIM",
                                        "ALONE",
                                        203,
                                        "X",
                                        "silent",
                                        Map.of("silentMs", "4500"))),
                        List.of("no second"),
                        List.of(
                                new Explanation.Prospect(
                                        "power",
                                        "node1",
                                        "node1 loses power",
                                        "nobody serves",
                                        "",
                                        0,
                                        false,
                                        List.of(new Explanation.End("node1", false, "ALONE", "")))),
                        null));
    }

    private String boot = "auto";

    @Override
    public Optional<Boot> boot(String module) {
        return Optional.of(new Boot(module, boot, "configuration"));
    }

    @Override
    public void boot(String module, String word) {
        boot = word;
    }

    @Override
    public List<String> checkers(String module, String resource, boolean isOn) {
        return resource.isEmpty() || resource.equals("tcp.db") ? List.of("tcp.db") : List.of();
    }

    @Override
    public void say(String module, String resource, boolean isUp, String text) {}

    @Override
    public Fired fired(String module) {
        return new Fired(3, 1, Map.of("BOOT", 1L));
    }

    @Override
    public boolean isReady(String module) {
        return module.equals("db") && state == ModuleState.State.ALONE;
    }

    @Override
    public NodeState state() {
        return new NodeState(
                "node1",
                "demo",
                2,
                "0.1.0",
                5,
                List.of(
                        new NodeState.PeerNode(
                                "node2",
                                true,
                                12L,
                                List.of(new NodeState.Network("default", true, null)))),
                List.of());
    }

    @Override
    public List<JournalEntry> journal(@Nullable String module, long after, int limit) {
        List<JournalEntry> found = new ArrayList<>();
        for (JournalEntry entry : journal) {
            if (after < 0 || entry.number() > after) found.add(entry);
        }
        int skip = after < 0 ? Math.max(0, found.size() + (int) after) : 0;
        return found.stream().skip(skip).limit(limit).toList();
    }

    @Override
    public byte[] support(Map<String, byte[]> live) {
        return String.join(",", new java.util.TreeSet<>(live.keySet()))
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    @Override
    public void audit(Caller caller, String call, String outcome) {
        audits.add(caller + ": " + call + ": " + outcome);
    }

    @Override
    public ClusterControl.View view() {
        return new ClusterControl.View(
                "demo",
                "0123456789abcdef",
                2,
                "node1",
                List.of("default"),
                List.of(
                        new Member(
                                "node1", "data", Map.of("default", "10.0.0.1"), Map.of("api", 1))),
                new Signatures("require", List.of("ann ssh-ed25519 AAAA")),
                new ClusterControl.Votes("two", 0, List.of(), ""));
    }

    @Override
    public ClusterControl.View require(Signatures wanted) {
        return view();
    }

    @Override
    public ClusterControl.View removeWitness(boolean force) {
        return view();
    }

    @Override
    public ClusterControl.View init(String name, Member self) {
        return view();
    }

    @Override
    public NewToken newToken(String role) {
        return new NewToken("us1-X", 1800, List.of("10.0.0.1"), 9453);
    }

    @Override
    public ClusterControl.View join(String token, String via, int port, Member self) {
        return view();
    }

    @Override
    public Admission admit(String secret, Member joiner, String request) {
        if (!secret.equals("good")) throw new HaException("HA-4202", "wrong token", null, "again");
        return new Admission("c", "a", "y", "node1");
    }

    @Override
    public String authorityKey() {
        return "key";
    }

    @Override
    public String clusterYaml() {
        return "format: 1";
    }

    @Override
    public void putArchive(String digest, byte[] bytes) {
        archives.put(digest, bytes);
    }

    @Override
    public byte[] archive(String digest) {
        byte[] found = archives.get(digest);
        if (found == null) throw new HaException("HA-4401", "no archive " + digest, null, "");
        return found;
    }

    @Override
    public Distribution install(String digest, Wish wish, Caller caller) {
        return distribution();
    }

    @Override
    public Distribution rollback(String module, Caller caller) {
        return distribution();
    }

    @Override
    public void putSignature(String digest, String text) {
        archives.put(digest + ".sig", text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public String signature(String digest) {
        return "";
    }

    private record Facts(
            String node,
            long nowMs,
            List<String> directories,
            List<String> missing,
            List<String> conflicts,
            Map<String, Integer> users,
            Map<String, Integer> groups,
            List<String> links) {}

    @Override
    public Record preflight(String module) {
        return new Facts(
                "node1",
                1,
                List.of(),
                List.of("no unit x"),
                List.of(),
                Map.of("root", 0),
                Map.of("root", 0),
                List.of());
    }

    private static Distribution distribution() {
        return new Distribution(
                "db",
                "1",
                "d",
                "c",
                4,
                List.of(new NodeResult("node1", true, "in force")),
                List.of());
    }

    @Override
    public Distribution configure(String module, Map<String, String> values, Caller caller) {
        return distribution();
    }

    @Override
    public Distribution uninstall(String module, Caller caller) {
        return distribution();
    }

    @Override
    public Config config(String module) throws java.io.IOException {
        if (diskIsFull) throw new java.io.IOException("/var/x: No space left on device");
        return new Config(
                "db",
                "1",
                "d",
                "c",
                4,
                List.of(
                        new ParameterValue("port", "port", "Port", "5432", true),
                        new ParameterValue("password", "secret", "", null, false)));
    }

    @Override
    public String stage(Staged staged) {
        return staged.configDigest();
    }

    @Override
    public void switchTo(Staged staged) {}

    @Override
    public void drop(Staged staged) {}

    @Override
    public List<Staged> offer() {
        return List.of(new Staged("db", 4, false, "1", "d", "c", Map.of("a", "b"), Map.of()));
    }
}
