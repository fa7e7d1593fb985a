package dev.understudy.node.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.HaException;
import dev.understudy.node.cluster.ClusterConfig.Member;
import dev.understudy.node.cluster.ClusterConfig.Ports;
import dev.understudy.node.cluster.ClusterConfig.Role;
import dev.understudy.node.store.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTest {
    @TempDir Path folder;
    private Home home;
    private Cluster cluster;

    static Member member(String name, String address) {
        return new Member(name, Map.of("default", address), Ports.DEFAULT);
    }

    @BeforeEach
    void create() throws IOException {
        home = Home.below(folder.resolve("node1"));
        home.create();
        cluster = new Cluster(home, Clock.systemUTC(), _ -> {});
    }

    @Test
    void initMakesKeysThatOnlyTheOwnerReads() throws Exception {
        List<String> told = new ArrayList<>();
        cluster.listen(joined -> told.add(joined.config().name()));
        assertEquals(Optional.empty(), cluster.load());
        Cluster.Joined joined = cluster.init("demo", member("node1", "10.0.0.1"));
        assertEquals(List.of("demo"), told);
        assertEquals("node1", joined.self());
        for (String file : List.of("ca.key", "node.pem")) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(home.keys().resolve(file))));
        }
        X509Certificate certificate = joined.identity().certificate();
        assertTrue(
                certificate
                        .getNotBefore()
                        .toInstant()
                        .isBefore(Instant.now().minus(Duration.ofHours(24))));
        assertEquals(
                Optional.of(new NodeName(joined.config().id(), Role.DATA, "node1")),
                NodeName.of(certificate));
        Cluster again = new Cluster(home, Clock.systemUTC(), _ -> {});
        assertEquals(joined.config(), again.load().orElseThrow().config());
        assertEquals(
                "HA-4105",
                assertThrows(
                                HaException.class,
                                () -> cluster.init("other", member("node1", "10.0.0.1")))
                        .code());
    }

    @Test
    void anAddressThatIsNotHereOrAPortInUseLeavesNothingBehind() throws Exception {
        Cluster checked = new Cluster(home, Clock.systemUTC(), PortCheck::require);
        HaException elsewhere =
                assertThrows(
                        HaException.class,
                        () -> checked.init("demo", member("node1", "192.0.2.1")));
        assertEquals("HA-4119", elsewhere.code());
        assertTrue(elsewhere.fault().contains("192.0.2.1 (network default)"), elsewhere.fault());
        try (java.net.ServerSocket taken =
                new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            Member self =
                    new Member(
                            "node1",
                            Map.of("default", "127.0.0.1"),
                            new Ports(0, taken.getLocalPort(), 0));
            HaException inUse = assertThrows(HaException.class, () -> checked.init("demo", self));
            assertTrue(inUse.fault().contains(taken.getLocalPort() + "/TCP"), inUse.fault());
        }
        assertFalse(Files.exists(home.clusterFile()));
        assertFalse(Files.exists(home.keys().resolve("ca.key")));
    }

    @Test
    void aDamagedKeyIsNamed() throws Exception {
        cluster.init("demo", member("node1", "10.0.0.1"));
        Path file = home.keys().resolve("node.pem");
        Files.writeString(file, Files.readString(file).replace("PRIVATE KEY", "PUBLIC KEY"));
        HaException told =
                assertThrows(
                        HaException.class,
                        () -> new Cluster(home, Clock.systemUTC(), _ -> {}).load());
        assertTrue(told.fault().contains(file.toString()), told.fault());
    }

    @Test
    void admitsOnceAndChecksBeforeUsingTheTokenUp() throws Exception {
        cluster.init("demo", member("node1", "10.0.0.1"));
        String secret = cluster.newToken(Role.DATA).secretHex();
        KeyPair pair = CertificateAuthority.newKeyPair();
        String request = CertificateAuthority.request(pair, "node2");
        refused("HA-4114", secret, member("node1", "10.0.0.2"), request);
        refused("HA-4104", secret, member("node2", "10.0.0.1"), request);
        refused("HA-4112", secret, member("node2", "ten"), request);
        refused("HA-4106", secret, member("node2", "10.0.0.2"), "nonsense");
        refused("HA-4202", "00", member("node2", "10.0.0.2"), request);
        Cluster.Admission admission =
                cluster.admit(
                        new Cluster.Application(secret, member("node2", "10.0.0.2"), request));
        assertEquals(2, ClusterYaml.read(admission.clusterYaml(), "x").nodes().size());
        assertEquals(
                "node2",
                NodeName.of(Pem.certificate(admission.certificate(), "x")).orElseThrow().name());
        refused("HA-4202", secret, member("node3", "10.0.0.3"), request);
    }

    private void refused(String code, String secret, Member member, String request) {
        assertEquals(
                code,
                assertThrows(
                                HaException.class,
                                () ->
                                        cluster.admit(
                                                new Cluster.Application(secret, member, request)))
                        .code());
    }

    @Test
    void aHigherRevisionWinsAndAForeignClusterIsRefused() throws Exception {
        ClusterConfig config = cluster.init("demo", member("node1", "10.0.0.1")).config();
        ClusterConfig more = config.with(member("node2", "10.0.0.2"), Role.DATA);
        assertTrue(cluster.adopt(ClusterYaml.write(more), "node2"));
        assertFalse(cluster.adopt(ClusterYaml.write(config), "node2"));
        assertFalse(cluster.adopt(ClusterYaml.write(more), "node2"));
        assertEquals(
                more, new Cluster(home, Clock.systemUTC(), _ -> {}).load().orElseThrow().config());
        ClusterConfig foreign =
                new ClusterConfig(
                        "ffffffffffffffff",
                        "demo",
                        more.networks(),
                        more.nodes(),
                        more.witness(),
                        9);
        assertEquals(
                "HA-4102",
                assertThrows(
                                HaException.class,
                                () -> cluster.adopt(ClusterYaml.write(foreign), "node2"))
                        .code());
        ClusterConfig other =
                new ClusterConfig(
                        more.id(), "demo2", more.networks(), more.nodes(), more.witness(), 2);
        assertEquals(
                "HA-4115",
                assertThrows(
                                HaException.class,
                                () -> cluster.adopt(ClusterYaml.write(other), "node2"))
                        .code());
    }

    @Test
    void theWitnessGoesAndTheSignaturePolicyStays() throws Exception {
        cluster.init("demo", member("node1", "10.0.0.1"));
        assertEquals(
                "HA-4120", assertThrows(HaException.class, () -> cluster.removeWitness()).code());
        Signatures asked = new Signatures(Signatures.Policy.REQUIRE, List.of("ann ssh-ed25519 A"));
        ClusterConfig now = cluster.require(asked).config();
        ClusterConfig three = now.with(member("third", "10.0.0.3"), Role.WITNESS);
        assertEquals(asked, three.signatures());
        assertTrue(cluster.adopt(ClusterYaml.write(three), "third"));
        ClusterConfig two = cluster.removeWitness().config();
        assertTrue(two.witness().isEmpty());
        assertEquals(asked, two.signatures());
        assertEquals(three.revision() + 1, two.revision());
    }

    @Test
    void renewsAtHalfLife() throws Exception {
        cluster.init("demo", member("node1", "10.0.0.1"));
        assertFalse(cluster.renewIfDue());
        Cluster later =
                new Cluster(
                        home,
                        Clock.fixed(Instant.now().plus(Duration.ofDays(366)), ZoneOffset.UTC),
                        _ -> {});
        Cluster.Joined joined = later.load().orElseThrow();
        X509Certificate before = joined.identity().certificate();
        assertTrue(later.renewIfDue());
        assertFalse(later.renewIfDue());
        X509Certificate after = joined.identity().certificate();
        assertTrue(after.getNotAfter().toInstant().isAfter(before.getNotAfter().toInstant()));
        assertEquals(
                after.getSerialNumber(),
                new Cluster(home, Clock.systemUTC(), _ -> {})
                        .load()
                        .orElseThrow()
                        .identity()
                        .certificate()
                        .getSerialNumber());
    }

    @Test
    void membersTrustEachOtherAndNobodyElse() throws Exception {
        Cluster.Joined one = cluster.init("demo", member("node1", "10.0.0.1"));
        NodeIdentity two = joiner(cluster, "node2", "10.0.0.2");
        assertEquals(
                "node2/node1",
                handshake(one.identity().serverContext(), two.clientContext("node1"), one, two));
        assertThrows(
                IOException.class,
                () ->
                        handshake(
                                one.identity().serverContext(),
                                two.clientContext("node3"),
                                one,
                                two));
        Home elsewhere = Home.below(folder.resolve("foreign"));
        elsewhere.create();
        Cluster.Joined foreign =
                new Cluster(elsewhere, Clock.systemUTC(), _ -> {})
                        .init("demo", member("node2", "10.0.0.2"));
        assertThrows(
                IOException.class,
                () ->
                        handshake(
                                one.identity().serverContext(),
                                foreign.identity().clientContext(),
                                one,
                                foreign.identity()));
        // Removed from the member list: the certificate alone opens nothing.
        ClusterConfig now = cluster.required().config();
        ClusterConfig without =
                new ClusterConfig(
                        now.id(),
                        now.name(),
                        now.networks(),
                        List.of(now.member("node1").orElseThrow()),
                        Optional.empty(),
                        now.revision() + 1);
        cluster.adopt(ClusterYaml.write(without), "node1");
        assertThrows(
                IOException.class,
                () ->
                        handshake(
                                cluster.required().identity().serverContext(),
                                two.clientContext("node1"),
                                one,
                                two));
    }

    /// Makes an identity as a joiner gets it, without a network.
    private NodeIdentity joiner(Cluster by, String name, String address) throws IOException {
        Home its = Home.below(folder.resolve(name));
        its.create();
        KeyPair pair = CertificateAuthority.newKeyPair();
        Cluster.Admission admission =
                by.admit(
                        new Cluster.Application(
                                HexFormat.of().formatHex(by.newToken(Role.DATA).secret()),
                                member(name, address),
                                CertificateAuthority.request(pair, name)));
        Pem.writePublic(its.keys().resolve("ca.pem"), admission.authority());
        NodeIdentity.save(its.keys(), pair.getPrivate(), admission.certificate());
        return NodeIdentity.load(its.keys(), _ -> true);
    }

    /// Runs a handshake over loopback, one byte each way, and gives "client/server" as seen.
    private static String handshake(
            SSLContext server, SSLContext client, Cluster.Joined one, NodeIdentity two)
            throws Exception {
        try (SSLServerSocket listening =
                (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0)) {
            listening.setNeedClientAuth(true);
            listening.setSoTimeout(5000);
            CompletableFuture<String> seen = new CompletableFuture<>();
            Thread thread =
                    Thread.ofVirtual()
                            .start(() -> {
                                try (SSLSocket socket = (SSLSocket) listening.accept()) {
                                    socket.setSoTimeout(5000);
                                    socket.startHandshake();
                                    socket.getOutputStream().write(socket.getInputStream().read());
                                    seen.complete(one.identity().peerName(socket.getSession()));
                                } catch (IOException failed) {
                                    seen.completeExceptionally(failed);
                                }
                            });
            try (SSLSocket socket =
                    (SSLSocket)
                            client.getSocketFactory()
                                    .createSocket("127.0.0.1", listening.getLocalPort())) {
                socket.setSoTimeout(5000);
                socket.startHandshake();
                socket.getOutputStream().write(7);
                if (socket.getInputStream().read() != 7) throw new IOException("no echo");
                return seen.get(5, TimeUnit.SECONDS) + "/" + two.peerName(socket.getSession());
            } finally {
                thread.join(5000);
            }
        }
    }
}
