package dev.understudy.node.main;

import dev.understudy.core.member.HaException;
import dev.understudy.node.api.ClusterControl;
import dev.understudy.node.cluster.Cluster;
import dev.understudy.node.cluster.ClusterConfig;
import dev.understudy.node.cluster.ClusterConfig.Ports;
import dev.understudy.node.cluster.ClusterConfig.Role;
import dev.understudy.node.cluster.ClusterYaml;
import dev.understudy.node.cluster.JoinToken;
import dev.understudy.safe.sign.AllowedSigners;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Gives the API the membership.
final class ClusterDoor implements ClusterControl {
    private static final long TOKEN_SECONDS = 30 * 60;
    private static final View NONE =
            new View(
                    "",
                    "",
                    0,
                    "",
                    List.of(),
                    List.of(),
                    new Signatures("off", List.of()),
                    new Votes("two", 0, List.of(), ""));

    private final Cluster cluster;

    private final Ballot votes;

    /// How registers are decided.
    interface Ballot {
        /// How it stands.
        Votes view();

        /// Gives up the other votes for good.
        ///
        /// @throws HaException HA-4123 while enough of them answer
        void giveUpOthers() throws IOException;
    }

    /// @param votes how registers are decided
    ClusterDoor(Cluster cluster, Ballot votes) {
        this.cluster = cluster;
        this.votes = votes;
    }

    @Override
    public View view() {
        return cluster.current().map(this::view).orElse(NONE);
    }

    private View view(Cluster.Joined joined) {
        ClusterConfig config = joined.config();
        List<Member> members = new ArrayList<>();
        config.nodes().forEach(node -> members.add(member(node, Role.DATA)));
        config.witness().ifPresent(witness -> members.add(member(witness, Role.WITNESS)));
        return new View(
                config.name(),
                config.id(),
                config.revision(),
                joined.self(),
                config.networks(),
                members,
                new Signatures(config.signatures().policy().word(), config.signatures().signers()),
                votes.view());
    }

    private static Member member(ClusterConfig.Member member, Role role) {
        Ports ports = member.ports();
        return new Member(
                member.name(),
                role.word(),
                member.addresses(),
                Map.of("api", ports.api(), "link", ports.link(), "register", ports.register()));
    }

    private static ClusterConfig.Member member(Member given) {
        Map<String, Integer> ports = given.ports();
        return new ClusterConfig.Member(
                given.name(),
                given.addresses(),
                new Ports(
                        ports.getOrDefault("api", ClusterConfig.API_PORT),
                        ports.getOrDefault("link", ClusterConfig.LINK_PORT),
                        ports.getOrDefault("register", ClusterConfig.REGISTER_PORT)));
    }

    @Override
    public View init(String name, Member self) throws Exception {
        return view(cluster.init(name, member(self)));
    }

    @Override
    public NewToken newToken(String role) throws Exception {
        Role wanted = role.equals(Role.WITNESS.word()) ? Role.WITNESS : Role.DATA;
        JoinToken token = cluster.newToken(wanted);
        Cluster.Joined joined = cluster.required();
        return new NewToken(
                token.text(),
                TOKEN_SECONDS,
                joined.member().addressesInOrder(joined.config().networks()),
                joined.member().ports().api());
    }

    @Override
    public View join(String token, String via, int port, Member self) throws Exception {
        return view(cluster.join(JoinToken.parse(token), via, port, member(self)));
    }

    @Override
    public View removeWitness(boolean force) throws Exception {
        if (force) {
            votes.giveUpOthers();
            if (cluster.required().config().witness().isEmpty()) return view();
        }
        return view(cluster.removeWitness());
    }

    @Override
    public Admission admit(String secret, Member joiner, String request) throws Exception {
        Cluster.Admission admission =
                cluster.admit(new Cluster.Application(secret, member(joiner), request));
        return new Admission(
                admission.certificate(),
                admission.authority(),
                admission.clusterYaml(),
                admission.admittedBy());
    }

    @Override
    public View require(Signatures wanted) throws Exception {
        try {
            AllowedSigners.parse(String.join("\n", wanted.signers()));
        } catch (IOException notUnderstood) {
            throw new HaException(
                    "HA-4419",
                    "the allowed signers: " + notUnderstood.getMessage(),
                    notUnderstood,
                    "one signer a line, as ssh-keygen(1) says: NAME ssh-ed25519 KEY");
        }
        var policy =
                dev.understudy.node.cluster.Signatures.Policy.valueOf(
                        wanted.policy().toUpperCase(Locale.ROOT));
        return view(
                cluster.require(
                        new dev.understudy.node.cluster.Signatures(policy, wanted.signers())));
    }

    @Override
    public String authorityKey() {
        return cluster.authorityKey();
    }

    @Override
    public String clusterYaml() {
        Optional<Cluster.Joined> now = cluster.current();
        if (now.isPresent()) return ClusterYaml.write(now.get().config());
        throw new HaException("HA-4103", "this node is in no cluster", null, "");
    }
}
