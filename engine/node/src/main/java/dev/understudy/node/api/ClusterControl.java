package dev.understudy.node.api;

import java.util.List;
import java.util.Map;

/// What the API asks of the cluster's membership.
///
/// Methods may block for the time of calls between nodes; they throw
/// [dev.understudy.core.member.HaException] for what an operator can mend.
public interface ClusterControl {
    /// One member as the API shows it and takes it.
    ///
    /// @param name the node's name
    /// @param role `data` or `witness`
    /// @param addresses network name to address
    /// @param ports `api`, `link`, `register`; those left out have their default
    record Member(
            String name, String role, Map<String, String> addresses, Map<String, Integer> ports) {}

    /// The member list; without a cluster, empty words and lists.
    ///
    /// @param id identifies the cluster
    /// @param revision of the member list
    /// @param self this node's name
    /// @param signatures what is asked of modules
    /// @param votes how registers are decided
    record View(
            String name,
            String id,
            long revision,
            String self,
            List<String> networks,
            List<Member> members,
            Signatures signatures,
            Votes votes) {}

    /// What is asked of the signatures of modules.
    ///
    /// @param policy `off`, `warn` or `require`
    /// @param signers lines in the form of OpenSSH's `allowed_signers`
    record Signatures(String policy, List<String> signers) {}

    /// How the registers of modules are decided.
    ///
    /// @param form `two` (each node on its own copy) or `majority`
    /// @param era counts the changes of the voters
    /// @param seats who votes, or shall
    /// @param blocked why the voters are not yet what the member list says; empty if they are
    record Votes(String form, long era, List<Seat> seats, String blocked) {}

    /// A voter.
    ///
    /// @param isVoter it votes now
    /// @param isUp it answers this node
    record Seat(String node, boolean isVoter, boolean isUp) {}

    /// A join token.
    ///
    /// @param token its text, a secret
    /// @param validSeconds how long it is good for
    /// @param via addresses under which a joiner may reach this node
    /// @param port the API's port there
    record NewToken(String token, long validSeconds, List<String> via, int port) {}

    /// What a joiner gets.
    ///
    /// @param certificate in PEM
    /// @param authority the CA's certificate in PEM
    record Admission(String certificate, String authority, String clusterYaml, String admittedBy) {}

    /// The members.
    View view();

    /// Makes a cluster with this node as its first member.
    View init(String name, Member self) throws Exception;

    /// Makes a join token for a role.
    NewToken newToken(String role) throws Exception;

    /// Joins a cluster through a member.
    View join(String token, String via, int port, Member self) throws Exception;

    /// Takes the witness out of the member list; the voters follow.
    ///
    /// @param force the other votes are lost for good: this node's own copies count at once
    View removeWitness(boolean force) throws Exception;

    /// Admits a joiner by its token's secret.
    Admission admit(String secret, Member joiner, String request) throws Exception;

    /// Asks something of the signatures of modules, on all nodes.
    View require(Signatures wanted) throws Exception;

    /// The CA's key in PEM.
    String authorityKey();

    /// This node's `cluster.yaml`.
    String clusterYaml();
}
