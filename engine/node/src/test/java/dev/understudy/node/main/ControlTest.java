package dev.understudy.node.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.HaException;
import dev.understudy.node.api.Caller;
import dev.understudy.node.api.ClusterControl;
import dev.understudy.node.api.Command;
import dev.understudy.node.api.CommandOptions;
import dev.understudy.node.api.Explanation;
import dev.understudy.node.api.JournalEntry;
import dev.understudy.node.api.ModuleControl;
import dev.understudy.node.api.ModuleState;
import dev.understudy.node.api.NodeControl;
import dev.understudy.node.api.NodeState;
import dev.understudy.node.api.Outcome;
import dev.understudy.node.config.ActiveModule;
import dev.understudy.node.config.ModuleWatcher;
import dev.understudy.node.store.Home;
import dev.understudy.safe.Archive;
import dev.understudy.safe.sign.SigningKey;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/// Two nodes' control sides talk with each other over loopback.
@Tag("long")
@Timeout(120)
class ControlTest {
    @TempDir(factory = VarTmp.class)
    Path data;

    @TempDir Path folder;
    private final Map<String, Node> nodes = new TreeMap<>();

    /// A node of which only the control side is real.
    private static final class Node
            implements ModuleControl, NodeControl, ModuleWatcher, AutoCloseable {
        final String name;
        final int port;
        final Home home;
        final Map<String, ActiveModule> inForce = new ConcurrentHashMap<>();
        final List<String> audits = new CopyOnWriteArrayList<>();
        volatile String running = "";
        @Nullable Control control;

        Node(String name, Path folder) throws IOException {
            this.name = name;
            this.home = Home.below(folder.resolve(name));
            home.create();
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
        }

        Node start() throws Exception {
            Control made =
                    new Control(
                            home,
                            this,
                            this,
                            this,
                            new TwoVotes(),
                            _ -> Optional.empty(),
                            Clock.systemUTC(),
                            System::nanoTime);
            made.load().forEach(module -> inForce.put(module.name(), module));
            made.start(_ -> {});
            control = made;
            return this;
        }

        @Override
        public void close() {
            Control open = control;
            if (open != null) open.close();
            control = null;
        }

        JsonObject call(int status, String method, String path, @Nullable String body)
                throws IOException {
            return call(
                    status,
                    method,
                    path,
                    "application/json",
                    body == null ? null : body.getBytes(StandardCharsets.UTF_8));
        }

        JsonObject call(
                int status,
                String method,
                String path,
                String type,
                byte @Nullable [] body,
                String... headers)
                throws IOException {
            try (SocketChannel channel =
                    SocketChannel.open(UnixDomainSocketAddress.of(home.apiSocket()))) {
                StringBuilder head =
                        new StringBuilder(method + " /api/v1" + path + " HTTP/1.1\r\n");
                head.append("Host: n\r\nConnection: close\r\n");
                for (String header : headers) head.append(header).append("\r\n");
                if (body != null) {
                    head.append("Content-Type: ").append(type).append("\r\n");
                    head.append("Content-Length: ").append(body.length).append("\r\n");
                }
                channel.write(
                        ByteBuffer.wrap(
                                head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8)));
                ByteBuffer left = ByteBuffer.wrap(body == null ? new byte[0] : body);
                while (left.hasRemaining()) channel.write(left);
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                Channels.newInputStream(channel).transferTo(all);
                String text = all.toString(StandardCharsets.UTF_8);
                assertEquals(
                        status,
                        Integer.parseInt(text.substring(9, 12)),
                        method + " " + path + ": " + text);
                return new JsonObject(text.substring(text.indexOf("\r\n\r\n") + 4));
            }
        }

        String member() {
            return "{\"name\":\"%s\",\"addresses\":{\"default\":\"%s\"},\"ports\":{\"api\":%d}}"
                    .formatted(name, address(), port);
        }

        String address() {
            return name.equals("node1") ? "127.0.0.1" : "127.0.0.2";
        }

        @Override
        public List<String> modules() {
            return List.copyOf(inForce.keySet());
        }

        @Override
        public Optional<ModuleState> state(String module) {
            return Optional.empty();
        }

        @Override
        public CompletionStage<Outcome> command(
                String module, Command command, CommandOptions options, Caller caller) {
            return CompletableFuture.completedFuture(new Outcome.Done("done"));
        }

        @Override
        public Optional<Explanation> explain(String module, long atMs) {
            return Optional.empty();
        }

        @Override
        public Optional<Boot> boot(String module) {
            return Optional.empty();
        }

        @Override
        public void boot(String module, String word) {}

        @Override
        public List<String> checkers(String module, String resource, boolean isOn) {
            return List.of();
        }

        @Override
        public void say(String module, String resource, boolean isUp, String text) {}

        @Override
        public Fired fired(String module) {
            return Fired.NOTHING;
        }

        @Override
        public boolean isReady(String module) {
            return false;
        }

        @Override
        public NodeState state() {
            return new NodeState(name, "demo", 1, "0", 0, List.of(), List.of());
        }

        @Override
        public List<JournalEntry> journal(@Nullable String module, long after, int limit) {
            return List.of();
        }

        @Override
        public byte[] support(Map<String, byte[]> live) {
            return new byte[0];
        }

        @Override
        public void audit(Caller caller, String call, String outcome) {
            audits.add(caller.name() + " " + call + ": " + outcome);
        }

        @Override
        public Optional<String> whyNotNow(String module) {
            return running.isEmpty() ? Optional.empty() : Optional.of(running);
        }

        @Override
        public void inForce(ActiveModule module) {
            inForce.put(module.name(), module);
        }

        @Override
        public void removed(String module) {
            inForce.remove(module);
        }
    }

    private Node node(String name) throws Exception {
        Node made = new Node(name, folder);
        nodes.put(name, made);
        return made.start();
    }

    @AfterEach
    void close() {
        nodes.values().forEach(Node::close);
    }

    private Node[] pair() throws Exception {
        Node one = node("node1");
        Node two = node("node2");
        one.call(
                200,
                "POST",
                "/cluster/init",
                "{\"name\":\"demo\",\"member\":" + one.member() + "}");
        join(200, one, two, token(one));
        return new Node[] {one, two};
    }

    private static String token(Node node) throws IOException {
        return node.call(200, "POST", "/cluster/tokens", "{\"role\":\"data\"}").getString("token");
    }

    private static JsonObject join(int status, Node via, Node joiner, String token)
            throws IOException {
        return joiner.call(
                status,
                "POST",
                "/cluster/join",
                "{\"token\":\"%s\",\"via\":\"%s\",\"port\":%d,\"member\":%s}"
                        .formatted(token, via.address(), via.port, joiner.member()));
    }

    /// Not below /tmp, which lint knows as the system's, and where a clone may lie.
    static final class VarTmp implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
                throws IOException {
            return Files.createTempDirectory(Path.of("/var/tmp"), "understudy-control-");
        }
    }

    private byte[] module(String version) throws IOException {
        String manifest =
                """
                format: 1
                name: files
                version: %s
                title: Files
                kind: mirror
                parameters:
                  data-dir: {type: path, default: %s}
                """
                        .formatted(version, data);
        String config =
                """
                format: 1
                replication:
                  directories: [{id: data, path: $(data-dir)}]
                """;
        return Archive.of(
                        Map.of(
                                "module.yaml",
                                new Archive.File(manifest.getBytes(StandardCharsets.UTF_8), false),
                                "conf/userconfig.yaml",
                                new Archive.File(config.getBytes(StandardCharsets.UTF_8), false)))
                .toBytes();
    }

    private static JsonObject install(int status, Node node, byte[] archive, String values)
            throws IOException {
        String digest = Archive.digest(archive);
        node.call(200, "PUT", "/archives/" + digest, "application/octet-stream", archive);
        return node.call(
                status,
                "POST",
                "/modules",
                "{\"archive\":\"%s\",\"values\":%s}".formatted(digest, values));
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "not within 30 s: " + what);
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    /// No third vote.
    private static final class TwoVotes implements ClusterDoor.Ballot {
        @Override
        public ClusterControl.Votes view() {
            return new ClusterControl.Votes("two", 0, List.of(), "");
        }

        @Override
        public void giveUpOthers() {
            throw new AssertionError("there are no others");
        }
    }

    @Test
    void joinsByTokenAndKnowsTheSameMembers() throws Exception {
        Node[] pair = pair();
        for (Node node : pair) {
            JsonObject cluster = node.call(200, "GET", "/cluster", null);
            assertEquals(node.name, cluster.getString("self"));
            assertEquals(2, cluster.getJsonArray("members").size());
            assertEquals(2, cluster.getLong("revision"));
            assertTrue(Files.exists(node.home.keys().resolve("ca.key")), node.name);
        }
        // Either data node can admit a third one; the first hears of it by itself.
        Node three = new Node("node3", folder);
        nodes.put("node3", three);
        three.start();
        JsonObject refused = join(409, pair[1], three, token(pair[1]));
        assertEquals("HA-4104", refused.getString("code"), "127.0.0.2 is node2's");
        pair[0].call(200, "GET", "/cluster", "application/json", null, "Understudy-Node: node2");
    }

    @Test
    void badTokensAreRefusedWithTheirReason() throws Exception {
        Node one = node("node1");
        Node two = node("node2");
        assertEquals(
                "HA-4103",
                one.call(409, "POST", "/cluster/tokens", "{\"role\":\"data\"}").getString("code"));
        one.call(
                200,
                "POST",
                "/cluster/init",
                "{\"name\":\"demo\",\"member\":" + one.member() + "}");
        String token = token(one);
        String mistyped =
                token.substring(0, 20)
                        + (token.charAt(20) == '7' ? '8' : '7')
                        + token.substring(21);
        assertEquals("HA-4201", join(409, one, two, mistyped).getString("code"));
        Node foreign = new Node("foreign", folder);
        nodes.put("foreign", foreign);
        foreign.start();
        foreign.call(
                200,
                "POST",
                "/cluster/init",
                "{\"name\":\"demo\",\"member\":" + foreign.member() + "}");
        assertEquals("HA-4205", join(409, foreign, two, token).getString("code"));
        join(200, one, two, token);
        Node three = new Node("node3", folder);
        nodes.put("node3", three);
        three.start();
        assertEquals("HA-4202", join(403, one, three, token).getString("code"));
        assertEquals("HA-4105", join(409, one, two, token(one)).getString("code"));
        int port = two.port;
        two.close();
        JsonObject away =
                three.call(
                        502,
                        "POST",
                        "/cluster/join",
                        "{\"token\":\"%s\",\"via\":\"127.0.0.2\",\"port\":%d,\"member\":%s}"
                                .formatted(token(one), port, three.member()));
        assertEquals("HA-4206", away.getString("code"));
    }

    @Test
    void installsOnBothOrOnNone() throws Exception {
        Node[] pair = pair();
        JsonObject done = install(200, pair[0], module("1.0.0"), "{}");
        assertEquals(2, done.getJsonArray("nodes").size());
        for (Node node : pair) {
            assertEquals(
                    1,
                    java.util.Objects.requireNonNull(node.inForce.get("files"))
                            .version()
                            .revision(),
                    node.name);
        }
        pair[1].running = "files is PRIM on node2";
        JsonObject refused = install(409, pair[0], module("2.0.0"), "{}");
        assertEquals("HA-4405", refused.getString("code"));
        assertTrue(refused.getString("message").contains("PRIM on node2"), refused.encode());
        for (Node node : pair) {
            assertEquals(
                    "1.0.0",
                    java.util.Objects.requireNonNull(node.inForce.get("files"))
                            .version()
                            .version());
            assertFalse(Files.exists(node.home.modules().resolve("files").resolve("staged.json")));
        }
        pair[1].running = "";
        install(200, pair[1], module("2.0.0"), "{}");
        assertEquals(
                "2.0.0",
                java.util.Objects.requireNonNull(pair[0].inForce.get("files")).version().version());
        pair[0].call(200, "DELETE", "/modules/files", null);
        assertTrue(pair[1].inForce.isEmpty());
        assertEquals(
                "HA-4410", pair[1].call(409, "DELETE", "/modules/files", null).getString("code"));
    }

    private static String policy(String word, SigningKey... allowed) {
        String lines =
                java.util.Arrays.stream(allowed)
                        .map(key -> "\"ann " + key.key().line() + "\"")
                        .collect(java.util.stream.Collectors.joining(","));
        return "{\"policy\":\"%s\",\"signers\":[%s]}".formatted(word, lines);
    }

    private static String asks(Node node) {
        try {
            return node.call(200, "GET", "/cluster", null)
                    .getJsonObject("signatures")
                    .getString("policy");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void sign(Node node, SigningKey key, byte[] archive) throws IOException {
        String text = new JsonObject().put("signature", key.sign(archive).armored()).encode();
        node.call(200, "PUT", "/archives/" + Archive.digest(archive) + "/signature", text);
    }

    @Test
    void theClusterAsksForSignaturesOnBothNodes() throws Exception {
        Node[] pair = pair();
        SigningKey ann = SigningKey.generate();
        assertEquals(
                "HA-4419",
                pair[0].call(
                                409,
                                "PUT",
                                "/cluster/signatures",
                                "{\"policy\":\"require\",\"signers\":[\"ann\"]}")
                        .getString("code"));
        pair[0].call(200, "PUT", "/cluster/signatures", policy("require", ann));
        await("the policy on node2", () -> asks(pair[1]).equals("require"));
        byte[] archive = module("1.0.0");
        for (Node node : pair) {
            assertEquals("HA-4413", install(409, node, archive, "{}").getString("code"));
            assertTrue(node.inForce.isEmpty());
            assertFalse(Files.exists(node.home.modules().resolve("files")), "half installed");
        }
        sign(pair[0], ann, archive);
        install(200, pair[0], archive, "{}");
        assertEquals(1, pair[1].inForce.size());
        // the signature has come along, so the other node gives it on
        assertTrue(
                pair[1].call(
                                200,
                                "GET",
                                "/archives/" + Archive.digest(archive) + "/signature",
                                null)
                        .getString("signature")
                        .contains("BEGIN SSH SIGNATURE"));
        pair[1].call(200, "PUT", "/cluster/signatures", policy("warn", ann));
        await("the policy on node1", () -> asks(pair[0]).equals("warn"));
        JsonObject warned = install(200, pair[1], module("1.1.0"), "{}");
        assertTrue(warned.getJsonArray("warnings").encode().contains("S002"), warned.encode());
    }

    @Test
    void anOlderVersionIsRefusedUnlessItIsMeantAndRollbackGoesBack() throws Exception {
        Node[] pair = pair();
        install(200, pair[0], module("1.0.0"), "{}");
        install(200, pair[0], module("1.10.0"), "{}");
        JsonObject refused = install(409, pair[1], module("1.9.0"), "{}");
        assertEquals("HA-4416", refused.getString("code"));
        assertEquals("1.10.0", version(pair[0]));
        String digest = Archive.digest(module("1.9.0"));
        pair[1].call(
                200,
                "POST",
                "/modules",
                "{\"archive\":\"%s\",\"allowDowngrade\":true}".formatted(digest));
        assertEquals("1.9.0", version(pair[0]));
        pair[0].call(200, "POST", "/modules/files/rollback", "{}");
        for (Node node : pair) assertEquals("1.10.0", version(node));
        pair[1].call(200, "POST", "/modules/files/rollback", "{}");
        for (Node node : pair) assertEquals("1.9.0", version(node));
    }

    @Test
    void aPlanForAnotherRevisionIsRefused() throws Exception {
        Node[] pair = pair();
        install(200, pair[0], module("1.0.0"), "{}");
        byte[] next = module("2.0.0");
        String digest = Archive.digest(next);
        pair[0].call(200, "PUT", "/archives/" + digest, "application/octet-stream", next);
        String body = "{\"archive\":\"%s\",\"expectedRevision\":%d}";
        assertEquals(
                "HA-4417",
                pair[0].call(409, "POST", "/modules", body.formatted(digest, 0)).getString("code"));
        assertEquals("1.0.0", version(pair[0]));
        pair[0].call(200, "POST", "/modules", body.formatted(digest, 1));
        assertEquals("2.0.0", version(pair[1]));
    }

    @Test
    void preflightSeesTheDirectoryAndMeasuresTheLink() throws Exception {
        Node[] pair = pair();
        install(200, pair[0], module("1.0.0"), "{}");
        Files.write(data.resolve("a"), new byte[1000]);
        for (Node node : pair) {
            JsonObject facts = node.call(200, "GET", "/modules/files/preflight", null);
            JsonObject directory = facts.getJsonArray("directories").getJsonObject(0);
            assertEquals(2, directory.getLong("files"), facts.encode());
            assertEquals(1000, directory.getLong("bytes"), facts.encode());
            JsonObject link = facts.getJsonArray("links").getJsonObject(0);
            assertTrue(link.getLong("bytesPerSecond") > 1 << 20, facts.encode());
            assertEquals(0, facts.getJsonObject("users").getInteger("root"));
        }
        pair[1].close();
        JsonObject alone = pair[0].call(200, "GET", "/modules/files/preflight", null);
        assertEquals(0, alone.getJsonArray("links").getJsonObject(0).getLong("bytesPerSecond"));
    }

    private static String version(Node node) {
        return java.util.Objects.requireNonNull(node.inForce.get("files")).version().version();
    }

    @Test
    void missingDirectoryAndUnknownParameterAreNamed() throws Exception {
        Node[] pair = pair();
        JsonObject refused =
                install(409, pair[0], module("1.0.0"), "{\"data-dir\":\"/no/such/place\"}");
        assertEquals("HA-4406", refused.getString("code"));
        assertTrue(refused.getString("message").contains("/no/such/place"), refused.encode());
        assertEquals(
                "HA-4409",
                install(409, pair[0], module("1.0.0"), "{\"datadir\":\"/tmp\"}").getString("code"));
        assertTrue(pair[0].inForce.isEmpty() && pair[1].inForce.isEmpty());
        assertEquals(
                "HA-4404", install(409, pair[0], new byte[] {1, 2, 3}, "{}").getString("code"));
    }

    @Test
    void aNodeThatWasAwayTakesItOver() throws Exception {
        Node[] pair = pair();
        install(200, pair[0], module("1.0.0"), "{}");
        pair[1].close();
        JsonObject done = install(200, pair[0], module("1.1.0"), "{}");
        assertEquals(1, done.getJsonArray("warnings").size(), done.encode());
        Node back = pair[1].start();
        await(
                "1.1.0 on node2",
                () ->
                        java.util.Objects.requireNonNull(back.inForce.get("files"))
                                .version()
                                .version()
                                .equals("1.1.0"));
        // Also what was uninstalled meanwhile.
        pair[1].close();
        pair[0].call(200, "DELETE", "/modules/files", null);
        Node again = pair[1].start();
        await("removed on node2", () -> again.inForce.isEmpty());
    }

    @Test
    void aTokenOpensWhatItsRoleAllows() throws Exception {
        Node[] pair = pair();
        String monitor =
                pair[0].call(200, "POST", "/tokens", "{\"name\":\"m\",\"role\":\"monitor\"}")
                        .getString("token");
        HttpClient client = HttpClient.newBuilder().sslContext(trusting(pair[0])).build();
        assertEquals(200, https(client, pair[0], "GET", "/modules", monitor, "").statusCode());
        assertEquals(401, https(client, pair[0], "GET", "/modules", "", "").statusCode());
        assertEquals(401, https(client, pair[0], "GET", "/modules", "wrong", "").statusCode());
        assertEquals(403, https(client, pair[0], "GET", "/tokens", monitor, "").statusCode());
        assertEquals(
                403, https(client, pair[0], "GET", "/cluster/offer", monitor, "").statusCode());
        assertEquals(200, https(client, pair[0], "GET", "/health", "", "").statusCode());
        assertEquals(
                403,
                https(client, pair[0], "GET", "/modules", monitor, "https://evil.example")
                        .statusCode());
        assertEquals(
                403, https(client, pair[0], "POST", "/cluster/init", monitor, "").statusCode());
        pair[0].call(200, "DELETE", "/tokens/m", null);
        assertEquals(401, https(client, pair[0], "GET", "/modules", monitor, "").statusCode());
        assertTrue(
                pair[0].audits.stream().anyMatch(line -> line.contains("createToken")),
                pair[0].audits.toString());
    }

    private static HttpResponse<String> https(
            HttpClient client, Node node, String method, String path, String token, String origin)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                        java.net.URI.create(
                                "https://%s:%d/api/v1%s"
                                        .formatted(node.address(), node.port, path)));
        request.method(
                method,
                method.equals("POST")
                        ? HttpRequest.BodyPublishers.ofString("{}")
                        : HttpRequest.BodyPublishers.noBody());
        request.header("Content-Type", "application/json");
        if (!token.isEmpty()) request.header("Authorization", "Bearer " + token);
        if (!origin.isEmpty()) request.header("Origin", origin);
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static SSLContext trusting(Node node) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var in = Files.newInputStream(node.home.keys().resolve("ca.pem"))) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    @Test
    void anotherDaemonsHomeIsNotTaken() throws Exception {
        node("node1");
        Node same = new Node("node1", folder);
        assertThrows(HaException.class, same::start);
    }
}
