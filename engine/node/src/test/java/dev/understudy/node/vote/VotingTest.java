package dev.understudy.node.vote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.Epoch;
import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;
import dev.understudy.core.register.Form;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three voters with real files and connections: a majority decides, a voter that lost its file
/// does not vote until it was added, and two votes come and go.
@Tag("long")
final class VotingTest {
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final NodeId W = new NodeId("w");
    private static final RandomGenerator RANDOM = RandomGenerator.of("L64X128MixRandom");
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir Path folder = Path.of("");
    private @Nullable SSLContext tls;
    private final Map<NodeId, Host> hosts = new TreeMap<>();
    private final Map<NodeId, Integer> ports = new TreeMap<>();
    private long incarnation;

    /// A host with its voter.
    private final class Host {
        final NodeId name;
        final Voting voting;
        final Seats seats;
        final VoteServer server;
        Register copy = Register.EMPTY;

        Host(NodeId name) throws IOException {
            this.name = name;
            VoteMemory memory = VoteMemory.open(file(name), RANDOM);
            voting = new Voting(name, ++incarnation, memory, System::nanoTime, RANDOM);
            seats = new Seats(name, voting);
            server = new VoteServer(voting::answer, _ -> true);
            server.listen(context(), List.of(address(name)));
            if (!name.equals(W)) voting.module("m", () -> copy);
        }

        void wants(@Nullable NodeId witness) {
            if (name.equals(W)) return;
            List<Seats.Host> others = new ArrayList<>();
            others.add(
                    new Seats.Host(
                            name.equals(A) ? B : A, List.of(address(name.equals(A) ? B : A))));
            if (witness != null) others.add(new Seats.Host(witness, List.of(address(witness))));
            seats.members(List.of(A, B), witness, others, _ -> context());
        }

        RegisterOutcome change(Register from, Register to) throws Exception {
            CompletableFuture<RegisterOutcome> outcome = new CompletableFuture<>();
            voting.change("m", new RegisterChange(from.epoch(), to), outcome::complete);
            return outcome.get(20, TimeUnit.SECONDS);
        }

        void close() throws IOException {
            voting.close();
            server.close();
        }
    }

    private Path file(NodeId name) {
        return folder.resolve(name + ".votes");
    }

    private SSLContext context() {
        SSLContext made = tls;
        assertNotNull(made);
        return made;
    }

    private InetSocketAddress address(NodeId name) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port(name));
    }

    private int port(NodeId name) {
        Integer port = ports.get(name);
        assertNotNull(port);
        return port;
    }

    private Host host(NodeId name) {
        Host host = hosts.get(name);
        assertNotNull(host);
        return host;
    }

    @BeforeEach
    void begin() throws Exception {
        tls = context(folder);
        List<ServerSocket> free = new ArrayList<>();
        for (NodeId name : List.of(A, B, W)) {
            ServerSocket socket = new ServerSocket(0);
            free.add(socket);
            ports.put(name, socket.getLocalPort());
        }
        for (ServerSocket socket : free) socket.close();
        for (NodeId name : List.of(A, B, W)) hosts.put(name, new Host(name));
    }

    @AfterEach
    void end() throws IOException {
        for (Host host : hosts.values()) host.close();
    }

    private void seat(@Nullable NodeId witness, int voters) {
        for (Host host : hosts.values()) host.wants(witness);
        Form form = voters == 0 ? Form.OWN_COPIES : Form.MAJORITY;
        await(() -> {
            host(A).seats.poll();
            return hosts.values().stream()
                    .filter(host -> witness != null || !host.name.equals(W))
                    .allMatch(host ->
                            host.voting.config().form() == form
                                    && (voters == 0
                                            || host.voting.config().voters().size() == voters));
        });
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "not within 30 s");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static Register pair(long epoch) {
        return new Register(new Epoch(epoch), Set.of(A, B), A, Generation.NONE);
    }

    private static Register alone(NodeId node, long epoch) {
        return new Register(new Epoch(epoch), Set.of(node), node, Generation.NONE);
    }

    private void stop(NodeId name) throws IOException {
        host(name).close();
    }

    private void startAgain(NodeId name) throws IOException {
        Host host = new Host(name);
        hosts.put(name, host);
        host.wants(W);
    }

    @Test
    void oneOfTwoGetsTheRegister() throws Exception {
        host(A).copy = pair(7);
        host(B).copy = pair(6); // has not heard of the last change
        seat(W, 3);
        var byA = new CompletableFuture<RegisterOutcome>();
        var byB = new CompletableFuture<RegisterOutcome>();
        host(A).voting.change("m", new RegisterChange(new Epoch(7), alone(A, 8)), byA::complete);
        host(B).voting.change("m", new RegisterChange(new Epoch(7), alone(B, 8)), byB::complete);
        RegisterOutcome first = byA.get(20, TimeUnit.SECONDS);
        RegisterOutcome second = byB.get(20, TimeUnit.SECONDS);
        boolean wonA = first instanceof RegisterOutcome.Committed;
        boolean wonB = second instanceof RegisterOutcome.Committed;
        assertTrue(wonA ^ wonB, first + " and " + second);
        Register kept = wonA ? alone(A, 8) : alone(B, 8);
        assertEquals(new RegisterOutcome.Refused(kept), wonA ? second : first);
    }

    @Test
    void twoOfThreeDecideAndOneDoesNot() throws Exception {
        seat(W, 3);
        assertInstanceOf(
                RegisterOutcome.Committed.class, host(A).change(Register.EMPTY, alone(A, 1)));
        stop(B);
        assertInstanceOf(RegisterOutcome.Committed.class, host(A).change(alone(A, 1), alone(A, 2)));
        stop(W);
        assertInstanceOf(RegisterOutcome.NotAsked.class, host(A).change(alone(A, 2), alone(A, 3)));
        startAgain(W);
        await(() -> host(A).voting.selves().containsKey(W));
        assertEquals(
                new RegisterOutcome.Refused(alone(A, 2)), host(A).change(alone(A, 1), alone(A, 9)));
    }

    @Test
    void aVoterThatLostItsFileIsReplaced() throws Exception {
        seat(W, 3);
        assertInstanceOf(
                RegisterOutcome.Committed.class, host(A).change(Register.EMPTY, alone(A, 1)));
        stop(W);
        byte[] damaged = Files.readAllBytes(file(W));
        damaged[damaged.length / 2] ^= 1;
        Files.write(file(W), damaged);
        startAgain(W);
        assertFalse(host(W).voting.config().isVoter(1));
        await(() -> host(A).voting.selves().containsKey(W));
        stop(B);
        await(() -> !host(A).voting.selves().containsKey(B));
        assertInstanceOf(RegisterOutcome.NotAsked.class, host(A).change(alone(A, 1), alone(A, 2)));
        startAgain(B);
        seat(W, 3);
        await(() -> {
            host(A).seats.poll();
            return host(A).seats.view().seats().stream().allMatch(Seats.Seat::isVoter)
                    && host(W).voting.config().era() == host(A).voting.config().era();
        });
        stop(B);
        assertInstanceOf(RegisterOutcome.Committed.class, host(A).change(alone(A, 1), alone(A, 2)));
    }

    @Test
    void theLastVoteIsGivenBackItsOwnWordByForceAlone() throws Exception {
        seat(W, 3);
        assertInstanceOf(
                RegisterOutcome.Committed.class, host(A).change(Register.EMPTY, alone(A, 1)));
        stop(B);
        await(() -> !host(A).voting.selves().containsKey(B));
        assertFalse(host(A).seats.giveUpOthers(), "the witness answers: nothing is lost");
        assertTrue(host(A).voting.isByMajority());
        stop(W);
        await(() -> !host(A).voting.selves().containsKey(W));
        assertInstanceOf(RegisterOutcome.NotAsked.class, host(A).change(alone(A, 1), alone(A, 2)));
        assertTrue(host(A).seats.giveUpOthers());
        assertEquals(
                new RegisterOutcome.Refused(alone(A, 1)),
                host(A).voting.onOwnCopy("m", Register.EMPTY, RegisterOutcome.Refused::new));
        startAgain(B);
        host(A).wants(null);
        await(() -> {
            host(A).seats.poll();
            return host(B).voting.config().form() == Form.OWN_COPIES;
        });
        assertEquals(host(A).voting.config(), host(B).voting.config());
    }

    @Test
    void twoVotesComeBackWithWhatWasDecidedLast() throws Exception {
        seat(W, 3);
        stop(B);
        assertInstanceOf(
                RegisterOutcome.Committed.class, host(A).change(Register.EMPTY, alone(A, 1)));
        startAgain(B);
        seat(null, 0);
        List<Register> seen = new ArrayList<>();
        for (NodeId node : List.of(A, B)) {
            assertNotNull(
                    host(node)
                            .voting
                            .onOwnCopy(
                                    "m",
                                    Register.EMPTY,
                                    own -> {
                                        seen.add(own);
                                        return new RegisterOutcome.Refused(own);
                                    }));
        }
        assertEquals(List.of(alone(A, 1), alone(A, 1)), seen);
        seat(W, 3);
        assertNull(
                host(A).voting.onOwnCopy("m", Register.EMPTY, RegisterOutcome.Refused::new),
                "a majority decides again");
    }

    private static SSLContext context(Path folder)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path file = folder.resolve("node.p12");
        Process tool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "node",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=node",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                file.toString(),
                                "-storepass",
                                new String(PASSWORD))
                        .inheritIO()
                        .start();
        assertEquals(0, tool.waitFor());
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("node", store.getCertificate("node"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
