package dev.understudy.node.cluster;

import dev.understudy.core.member.HaException;
import dev.understudy.core.member.NodeId;
import dev.understudy.node.cluster.ClusterConfig.Member;
import dev.understudy.node.cluster.ClusterConfig.Role;
import dev.understudy.node.store.AtomicFile;
import dev.understudy.node.store.Home;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// This node's membership: none yet, or a cluster's configuration with this node's identity in it.
///
/// `cluster.yaml` is written last, so a node that dies while joining is in no cluster and joins
/// again. Thread-safe.
public final class Cluster {
    private final Home home;
    private final Clock clock;
    private final Consumer<Member> canListen;
    private final JoinTokens tokens;
    private final List<Consumer<Joined>> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable Joined joined;

    /// Membership of this node.
    ///
    /// @param config the members
    /// @param self this node's name
    /// @param identity this node's certificate and TLS
    public record Joined(ClusterConfig config, String self, NodeIdentity identity) {
        /// This node's entry in the member list.
        public Member member() {
            return config.member(self).orElseThrow();
        }

        /// What this node is there for.
        public Role role() {
            return identity.name().role();
        }
    }

    /// What a joiner sends to the node that admits it.
    ///
    /// @param secret the token's secret, hexadecimal
    /// @param member name, addresses and ports of the joiner
    /// @param request PKCS#10 in PEM
    public record Application(String secret, Member member, String request) {}

    /// What the admitting node answers.
    ///
    /// @param certificate the joiner's certificate in PEM
    /// @param authority the CA's certificate in PEM
    /// @param clusterYaml the member list with the joiner in it
    /// @param admittedBy name of the admitting node
    public record Admission(
            String certificate, String authority, String clusterYaml, String admittedBy) {}

    /// Prepares; [#load] reads what is on disk.
    ///
    /// @param canListen asked before this node becomes a member; throws if it cannot listen on its
    ///   addresses and ports
    public Cluster(Home home, Clock clock, Consumer<Member> canListen) {
        this.home = home;
        this.clock = clock;
        this.canListen = canListen;
        this.tokens = new JoinTokens(home.keys().resolve("join-tokens.json"));
    }

    /// Reads the membership from disk; empty if this node is in no cluster.
    ///
    /// @throws HaException HA-4101 if cluster.yaml is wrong, HA-4102 if it does not list this node,
    ///   HA-4106 if a key is unreadable
    public synchronized Optional<Joined> load() {
        Path file = home.clusterFile();
        if (!Files.exists(file)) return Optional.empty();
        ClusterConfig config;
        try {
            config = ClusterYaml.read(Files.readString(file), file.toString());
        } catch (IOException cannotRead) {
            throw new HaException(
                    "HA-4101", file + " cannot be read", cannotRead, "look at its permissions");
        }
        joined = joinedTo(config);
        return Optional.of(joined);
    }

    private Joined joinedTo(ClusterConfig config) {
        NodeIdentity identity = NodeIdentity.load(home.keys(), this::isMember);
        String self = identity.name().name();
        if (config.roleOf(self).isEmpty()) {
            throw new HaException(
                    "HA-4102",
                    "%s does not list this node (%s)".formatted(home.clusterFile(), self),
                    null,
                    "take cluster.yaml from another node, or join the cluster again");
        }
        if (!config.id().equals(identity.name().clusterId())) {
            throw new HaException(
                    "HA-4102",
                    "%s is of cluster %s, this node's certificate of cluster %s"
                            .formatted(
                                    home.clusterFile(), config.id(), identity.name().clusterId()),
                    null,
                    "take cluster.yaml from another node, or join the cluster again");
        }
        return new Joined(config, self, identity);
    }

    /// The membership now; empty before init or join.
    public Optional<Joined> current() {
        return Optional.ofNullable(joined);
    }

    /// The membership now.
    ///
    /// @throws HaException HA-4103 before init or join
    public Joined required() {
        Joined now = joined;
        if (now != null) return now;
        throw new HaException(
                "HA-4103",
                "this node is in no cluster",
                null,
                "`safe cluster init` on the first node, `safe cluster join` on the others");
    }

    /// Tells each new membership: after init, join, and each change of the member list.
    public void listen(Consumer<Joined> listener) {
        listeners.add(listener);
    }

    private boolean isMember(NodeName peer) {
        Joined now = joined;
        return now != null && now.config().roleOf(peer.name()).equals(Optional.of(peer.role()));
    }

    /// Makes a new cluster with this node as its first member.
    ///
    /// @throws HaException HA-4105 if this node is in a cluster, HA-4112 for bad names or addresses
    public Joined init(String clusterName, Member self) throws IOException {
        Joined made;
        synchronized (this) {
            requireNone();
            requireGood(clusterName, "cluster");
            requireGood(self);
            canListen.accept(self);
            byte[] idBytes = new byte[8];
            new SecureRandom().nextBytes(idBytes);
            String id = HexFormat.of().formatHex(idBytes);
            CertificateAuthority authority =
                    CertificateAuthority.create(id, clusterName, clock.instant());
            NodeName name = new NodeName(id, Role.DATA, self.name());
            KeyPair pair = CertificateAuthority.newKeyPair();
            X509Certificate certificate =
                    authority.certify(
                            CertificateAuthority.request(pair, self.name()),
                            name,
                            List.copyOf(self.addresses().values()),
                            clock.instant());
            authority.save(home.keys());
            NodeIdentity.save(home.keys(), pair.getPrivate(), Pem.certificate(certificate));
            made =
                    commit(
                            new ClusterConfig(
                                    id,
                                    clusterName,
                                    List.copyOf(self.addresses().keySet()),
                                    List.of(self),
                                    Optional.empty(),
                                    1));
        }
        tell(made);
        return made;
    }

    private Joined commit(ClusterConfig config) throws IOException {
        Joined next = joinedTo(config);
        AtomicFile.write(
                home.clusterFile(),
                ClusterYaml.write(config).getBytes(StandardCharsets.UTF_8),
                "rw-r--r--");
        joined = next;
        return next;
    }

    private void tell(Joined now) {
        listeners.forEach(listener -> listener.accept(now));
    }

    /// Makes a one-time token for one joiner.
    ///
    /// @throws HaException HA-4103 outside a cluster, HA-4113 on a node without the CA's key
    public JoinToken newToken(Role role) throws IOException {
        Joined now = required();
        CertificateAuthority authority = authority();
        return new JoinToken(
                now.config().id(), authority.keyHash(), tokens.create(role, clock.instant()));
    }

    private CertificateAuthority authority() {
        return CertificateAuthority.load(home.keys())
                .orElseThrow(() ->
                        new HaException(
                                "HA-4113",
                                "this node does not hold the cluster's CA key",
                                null,
                                "use a data node for this"));
    }

    /// Admits a joiner: checks its token, certifies its key, adds it to the member list.
    ///
    /// Everything is checked before the token is used up.
    ///
    /// @throws HaException HA-4202 to HA-4204 for the token, HA-4104 for a taken address, HA-4108
    ///   for a bad request, HA-4114 for a taken name
    public Admission admit(Application application) throws IOException {
        Joined next;
        Admission admission;
        synchronized (this) {
            Joined now = required();
            byte[] secret = secret(application.secret());
            Role role = tokens.check(secret, clock.instant());
            Member member = application.member();
            requireGood(member);
            if (now.config().member(member.name()).isPresent()) {
                throw new HaException(
                        "HA-4114",
                        "a node named %s is in the cluster already".formatted(member.name()),
                        null,
                        "give the new node its own name with --name");
            }
            if (role == Role.WITNESS && now.config().witness().isPresent()) {
                throw new HaException(
                        "HA-4114",
                        "the cluster has a witness already: " + now.config().witness().get().name(),
                        null,
                        "a cluster has one witness");
            }
            ClusterConfig config = now.config().with(member, role);
            CertificateAuthority authority = authority();
            X509Certificate certificate =
                    authority.certify(
                            application.request(),
                            new NodeName(config.id(), role, member.name()),
                            List.copyOf(member.addresses().values()),
                            clock.instant());
            if (!tokens.consume(secret, clock.instant())) {
                throw new HaException(
                        "HA-4202",
                        "the join token was used meanwhile",
                        null,
                        "make a new one with `safe cluster token`");
            }
            next = commit(config);
            admission =
                    new Admission(
                            Pem.certificate(certificate),
                            Pem.certificate(authority.certificate()),
                            ClusterYaml.write(config),
                            now.self());
        }
        tell(next);
        return admission;
    }

    private static byte[] secret(String hex) {
        try {
            return HexFormat.of().parseHex(hex);
        } catch (IllegalArgumentException notHex) {
            return new byte[0]; // counted as a wrong try
        }
    }

    /// The CA's key in PEM, for a data node that has joined; the caller has checked who asks.
    public String authorityKey() {
        return Pem.key(authority().key());
    }

    /// Joins a cluster: pins its CA by the token, is certified, takes its member list and, as a
    /// data node, its CA key. Blocks for the calls.
    ///
    /// @param via textual address of a member
    /// @param port its API port
    /// @throws HaException HA-4105 if in a cluster, HA-4205 if the member is not of the token's
    ///   cluster, HA-4206 if it cannot be reached, and what the member answers
    public Joined join(JoinToken token, String via, int port, Member self)
            throws IOException, InterruptedException {
        Joined made;
        synchronized (this) {
            requireNone();
            requireGood(self);
            canListen.accept(self);
            JoinClient client = new JoinClient(token, via, port);
            KeyPair pair = CertificateAuthority.newKeyPair();
            Admission admission =
                    client.apply(self, CertificateAuthority.request(pair, self.name()));
            X509Certificate authority =
                    Pem.certificate(admission.authority(), "the CA sent by " + via);
            client.requirePinned(authority);
            ClusterConfig config =
                    ClusterYaml.read(admission.clusterYaml(), "cluster.yaml of " + via);
            Pem.writePublic(home.keys().resolve("ca.pem"), admission.authority());
            NodeIdentity.save(home.keys(), pair.getPrivate(), admission.certificate());
            NodeIdentity identity =
                    NodeIdentity.load(
                            home.keys(),
                            peer -> config.roleOf(peer.name()).equals(Optional.of(peer.role())));
            if (identity.name().role() == Role.DATA) {
                String key = client.authorityKey(identity, admission.admittedBy());
                CertificateAuthority.of(authority, Pem.key(key, "the CA key sent by " + via))
                        .save(home.keys());
            }
            made = commit(config);
        }
        tell(made);
        return made;
    }

    /// Asks something else of the signatures of modules; the other nodes take it over on contact.
    ///
    /// @throws HaException HA-4103 outside a cluster
    public Joined require(Signatures wanted) throws IOException {
        Joined made;
        synchronized (this) {
            made = commit(required().config().with(wanted));
        }
        tell(made);
        return made;
    }

    /// Takes the witness out of the member list: its certificate is worth nothing from then on.
    ///
    /// @throws HaException HA-4103 outside a cluster, HA-4120 if there is no witness
    public Joined removeWitness() throws IOException {
        Joined made;
        synchronized (this) {
            Joined now = required();
            if (now.config().witness().isEmpty()) {
                throw new HaException(
                        "HA-4120",
                        "the cluster has no witness",
                        null,
                        "`safe cluster witness add` says how to add one");
            }
            made = commit(now.config().withoutWitness());
        }
        tell(made);
        return made;
    }

    /// Takes a newer member list from a peer.
    ///
    /// @return true if it was newer and is in force now
    /// @throws HaException HA-4101 if it is malformed, HA-4102 if it is of another cluster or does
    ///   not list this node, HA-4115 if the same revision says something else
    public boolean adopt(String clusterYaml, String from) throws IOException {
        Joined made;
        synchronized (this) {
            Joined now = required();
            ClusterConfig offered = ClusterYaml.read(clusterYaml, "cluster.yaml of " + from);
            if (offered.revision() < now.config().revision()) return false;
            if (offered.revision() == now.config().revision()) {
                if (offered.equals(now.config())) return false;
                throw new HaException(
                        "HA-4115",
                        "cluster.yaml of %s and of this node have the same revision %d and differ"
                                .formatted(from, offered.revision()),
                        null,
                        "compare both files and raise `revision` in the one that is right");
            }
            made = commit(offered);
        }
        tell(made);
        return true;
    }

    /// Renews this node's certificate once half of its life has passed. Data nodes certify
    /// themselves with the CA key.
    ///
    /// @return true if it was renewed
    public synchronized boolean renewIfDue() throws IOException {
        Joined now = joined;
        if (now == null || !now.identity().isRenewalDue(clock.instant())) return false;
        CertificateAuthority authority = authority();
        now.identity()
                .renew(request ->
                        Pem.certificate(
                                authority.certify(
                                        request,
                                        now.identity().name(),
                                        List.copyOf(now.member().addresses().values()),
                                        clock.instant())));
        return true;
    }

    private void requireNone() {
        Joined now = joined;
        if (now != null) {
            throw new HaException(
                    "HA-4105",
                    "this node (%s) is in cluster %s already"
                            .formatted(now.self(), now.config().name()),
                    null,
                    "a node belongs to one cluster");
        }
    }

    private static void requireGood(Member member) {
        requireGood(member.name(), "node");
        if (member.addresses().isEmpty()) {
            throw bad("node " + member.name() + " needs at least one address");
        }
        member.addresses()
                .forEach((network, address) -> {
                    requireGood(network, "network");
                    if (!IpText.isAddress(address)) {
                        throw bad(
                                "'%s' is not an IPv4 or IPv6 address (network %s)"
                                        .formatted(address, network));
                    }
                });
    }

    private static void requireGood(String word, String what) {
        if (!NodeId.isValid(word)) {
            throw bad("'%s' is not a %s name".formatted(word, what));
        }
    }

    private static HaException bad(String text) {
        return new HaException(
                "HA-4112",
                text,
                null,
                "names are 1 to 63 of A-Z a-z 0-9 . _ -; addresses as 10.0.0.1 or fd00::1");
    }

    static HaException unknownNode(String node, ClusterConfig config) {
        return new HaException(
                "HA-4110",
                "'%s' is no node of cluster %s".formatted(node, config.name()),
                null,
                "its nodes are "
                        + String.join(", ", config.nodes().stream().map(Member::name).toList()));
    }
}
