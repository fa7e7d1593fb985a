package dev.understudy.node.cluster;

import dev.understudy.core.member.HaException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The members of a cluster as written in `cluster.yaml`, equal on all nodes.
///
/// @param id identifies the cluster also after a change of its name: 16 hexadecimal digits
/// @param name for people
/// @param networks names of the networks that heartbeats use, in order; the first also carries
///   replication and control unless it fails
/// @param nodes the data nodes, in order
/// @param witness the third vote, if there is one
/// @param signatures what is asked of modules
/// @param revision rises by one with each change; the higher one wins on contact
public record ClusterConfig(
        String id,
        String name,
        List<String> networks,
        List<Member> nodes,
        Optional<Member> witness,
        Signatures signatures,
        long revision) {
    /// TCP port of the API unless a member says otherwise.
    public static final int API_PORT = 9453;

    /// TCP port of replication and UDP port of heartbeats unless a member says otherwise.
    public static final int LINK_PORT = 9454;

    /// TCP port of the register unless a member says otherwise.
    public static final int REGISTER_PORT = 9455;

    /// Makes a cluster that asks for no signatures.
    public ClusterConfig(
            String id,
            String name,
            List<String> networks,
            List<Member> nodes,
            Optional<Member> witness,
            long revision) {
        this(id, name, networks, nodes, witness, Signatures.OFF, revision);
    }

    /// Copies the lists.
    public ClusterConfig {
        networks = List.copyOf(networks);
        nodes = List.copyOf(nodes);
    }

    /// What a member is there for; written into its certificate.
    public enum Role {
        /// Holds data and may serve.
        DATA,
        /// Only votes.
        WITNESS;

        /// The word used in files and certificates.
        public String word() {
            return this == DATA ? "data" : "witness";
        }
    }

    /// One member.
    ///
    /// @param name the node's name, 1 to 63 characters of `[A-Za-z0-9._-]`
    /// @param addresses network name to textual IPv4 or IPv6 address
    /// @param ports where this member listens
    public record Member(String name, Map<String, String> addresses, Ports ports) {
        /// Keeps the order of the addresses.
        public Member {
            addresses = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(addresses));
        }

        /// The addresses in the order of the cluster's networks.
        public List<String> addressesInOrder(List<String> networks) {
            List<String> found = new ArrayList<>();
            for (String network : networks) {
                String address = addresses.get(network);
                if (address != null) found.add(address);
            }
            return found;
        }
    }

    /// Ports of a member, each 1 to 65535.
    ///
    /// @param api TCP, HTTPS
    /// @param link TCP replication and UDP heartbeats
    /// @param register TCP
    public record Ports(int api, int link, int register) {
        /// The ports used unless something else is written.
        public static final Ports DEFAULT = new Ports(API_PORT, LINK_PORT, REGISTER_PORT);
    }

    /// Finds a member, data node or witness, by name.
    public Optional<Member> member(String wanted) {
        for (Member node : nodes) {
            if (node.name().equals(wanted)) return Optional.of(node);
        }
        return witness.filter(w -> w.name().equals(wanted));
    }

    /// Tells what a member is there for; empty if it is none.
    public Optional<Role> roleOf(String wanted) {
        if (witness.isPresent() && witness.get().name().equals(wanted)) {
            return Optional.of(Role.WITNESS);
        }
        return member(wanted).map(_ -> Role.DATA);
    }

    /// The data nodes other than `self`.
    public List<Member> peersOf(String self) {
        return nodes.stream().filter(node -> !node.name().equals(self)).toList();
    }

    /// Takes the witness out; the revision rises.
    public ClusterConfig withoutWitness() {
        return new ClusterConfig(
                id, name, networks, nodes, Optional.empty(), signatures, revision + 1);
    }

    /// Adds or replaces a member; the revision rises, networks that are new are appended.
    ///
    /// @throws HaException HA-4104 if the name or an address belongs to another member
    public ClusterConfig with(Member member, Role role) {
        Map<String, String> owners = new HashMap<>();
        List<Member> all = new ArrayList<>(nodes);
        witness.ifPresent(all::add);
        for (Member other : all) {
            if (!other.name().equals(member.name())) {
                other.addresses().values().forEach(a -> owners.put(a, other.name()));
            }
        }
        member.addresses()
                .forEach((network, address) -> {
                    String owner = owners.get(address);
                    if (owner != null) {
                        throw new HaException(
                                "HA-4104",
                                "address %s (network %s) already belongs to node %s"
                                        .formatted(address, network, owner),
                                null,
                                "give the new node's own address");
                    }
                });
        Set<String> names = new TreeSet<>(networks);
        List<String> allNetworks = new ArrayList<>(networks);
        for (String network : member.addresses().keySet()) {
            if (names.add(network)) allNetworks.add(network);
        }
        if (role == Role.WITNESS) {
            return new ClusterConfig(
                    id, name, allNetworks, nodes, Optional.of(member), signatures, revision + 1);
        }
        List<Member> changed = new ArrayList<>();
        boolean replaced = false;
        for (Member node : nodes) {
            boolean same = node.name().equals(member.name());
            changed.add(same ? member : node);
            replaced |= same;
        }
        if (!replaced) changed.add(member);
        return new ClusterConfig(id, name, allNetworks, changed, witness, signatures, revision + 1);
    }

    /// Asks something else of modules; the revision rises.
    public ClusterConfig with(Signatures wanted) {
        return new ClusterConfig(id, name, networks, nodes, witness, wanted, revision + 1);
    }
}
