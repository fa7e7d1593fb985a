package dev.understudy.node.cluster;

import dev.understudy.core.member.HaException;
import dev.understudy.core.member.NodeId;
import dev.understudy.node.cluster.ClusterConfig.Member;
import dev.understudy.node.cluster.ClusterConfig.Ports;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads and writes `cluster.yaml`, format 1.
///
/// Strict: an unknown key, a tag, an anchor, a duplicate, a value of the wrong kind is an error
/// that names file, line and column; several are told at once.
public final class ClusterYaml {
    /// Largest file that is read, in bytes.
    public static final int BYTES_MAX = 256 * 1024;

    private ClusterYaml() {}

    /// Reads a cluster from text.
    ///
    /// @param label the file's name for messages
    /// @throws HaException HA-4101 with all findings
    public static ClusterConfig read(String text, String label) {
        StrictYaml yaml = new StrictYaml(label);
        Optional<StrictYaml.Value> root = yaml.parse(text, BYTES_MAX);
        ClusterConfig read = root.map(value -> cluster(value, yaml)).orElse(null);
        if (!yaml.findings().isEmpty() || read == null) {
            throw new HaException(
                    "HA-4101",
                    String.join("\n", yaml.findings()),
                    null,
                    "correct the file; `safe cluster init --help` shows an example");
        }
        return read;
    }

    private static ClusterConfig cluster(StrictYaml.Value root, StrictYaml yaml) {
        Map<String, StrictYaml.Value> keys =
                yaml.map(
                        root,
                        Set.of(
                                "format",
                                "id",
                                "name",
                                "networks",
                                "nodes",
                                "witness",
                                "signatures",
                                "revision"),
                        Set.of("format", "name", "networks", "nodes"));
        StrictYaml.Value format = keys.get("format");
        if (format != null && yaml.number(format, 0, Integer.MAX_VALUE) != 1) {
            yaml.report(format, "format " + yaml.text(format) + " is not known; this is format 1");
        }
        StrictYaml.Value idValue = keys.get("id");
        String id = idValue == null ? "" : yaml.text(idValue);
        if (idValue != null && !id.matches("[0-9a-f]{16}")) {
            yaml.report(idValue, "id must be 16 hexadecimal digits");
        }
        List<String> networks = new ArrayList<>();
        for (StrictYaml.Value item : yaml.list(keys.get("networks"))) {
            StrictYaml.Value name = yaml.map(item, Set.of("name"), Set.of("name")).get("name");
            if (name == null) continue;
            String word = word(name, yaml, "network");
            if (networks.contains(word)) yaml.report(name, "network " + word + " is there twice");
            networks.add(word);
        }
        if (networks.isEmpty() && keys.containsKey("networks")) {
            yaml.report(keys.get("networks"), "at least one network is needed");
        }
        List<Member> nodes = new ArrayList<>();
        Map<String, String> taken = new LinkedHashMap<>();
        for (StrictYaml.Value item : yaml.list(keys.get("nodes"))) {
            nodes.add(member(item, networks, taken, yaml));
        }
        if (nodes.isEmpty() && keys.containsKey("nodes")) {
            yaml.report(keys.get("nodes"), "at least one node is needed");
        }
        StrictYaml.Value witnessValue = keys.get("witness");
        Optional<Member> witness =
                witnessValue == null
                        ? Optional.empty()
                        : Optional.of(member(witnessValue, networks, taken, yaml));
        StrictYaml.Value revision = keys.get("revision");
        return new ClusterConfig(
                id,
                keys.get("name") == null ? "" : word(keys.get("name"), yaml, "cluster"),
                networks,
                nodes,
                witness,
                signatures(keys.get("signatures"), yaml),
                revision == null ? 1 : yaml.number(revision, 1, Long.MAX_VALUE));
    }

    private static Signatures signatures(
            StrictYaml.@org.jspecify.annotations.Nullable Value value, StrictYaml yaml) {
        if (value == null) return Signatures.OFF;
        Map<String, StrictYaml.Value> keys =
                yaml.map(value, Set.of("policy", "signers"), Set.of("policy"));
        Signatures.Policy policy = Signatures.Policy.OFF;
        StrictYaml.Value given = keys.get("policy");
        if (given != null) {
            Optional<Signatures.Policy> known =
                    Arrays.stream(Signatures.Policy.values())
                            .filter(p -> p.word().equals(yaml.text(given)))
                            .findFirst();
            if (known.isEmpty()) yaml.report(given, "policy is off, warn or require");
            policy = known.orElse(policy);
        }
        List<String> signers = new ArrayList<>();
        StrictYaml.Value lines = keys.get("signers");
        if (lines != null) yaml.list(lines).forEach(line -> signers.add(yaml.text(line)));
        return new Signatures(policy, signers);
    }

    private static Member member(
            StrictYaml.Value item,
            List<String> networks,
            Map<String, String> taken,
            StrictYaml yaml) {
        Map<String, StrictYaml.Value> keys =
                yaml.map(item, Set.of("name", "addresses", "ports"), Set.of("name", "addresses"));
        StrictYaml.Value nameValue = keys.get("name");
        String name = nameValue == null ? "" : word(nameValue, yaml, "node");
        if (nameValue != null && taken.put("node " + name, name) != null) {
            yaml.report(nameValue, "node " + name + " is there twice");
        }
        Map<String, String> addresses = new LinkedHashMap<>();
        StrictYaml.Value addressesValue = keys.get("addresses");
        if (addressesValue != null) {
            yaml.map(addressesValue, null, Set.of())
                    .forEach((network, value) -> {
                        String address = yaml.text(value);
                        if (!networks.contains(network)) {
                            yaml.report(
                                    value,
                                    "network %s is not listed under networks (%s)"
                                            .formatted(network, String.join(", ", networks)));
                        }
                        if (!IpText.isAddress(address)) {
                            yaml.report(
                                    value,
                                    "'%s' is not an IPv4 or IPv6 address".formatted(address));
                        } else if (taken.put(address, name) != null) {
                            yaml.report(value, "address " + address + " is there twice");
                        }
                        addresses.put(network, address);
                    });
            if (addresses.isEmpty()) {
                yaml.report(addressesValue, "node " + name + " needs at least one address");
            }
        }
        return new Member(name, addresses, ports(keys.get("ports"), yaml));
    }

    private static Ports ports(
            StrictYaml.@org.jspecify.annotations.Nullable Value value, StrictYaml yaml) {
        if (value == null) return Ports.DEFAULT;
        Map<String, StrictYaml.Value> keys =
                yaml.map(value, Set.of("api", "link", "register"), Set.of());
        return new Ports(
                port(keys.get("api"), ClusterConfig.API_PORT, yaml),
                port(keys.get("link"), ClusterConfig.LINK_PORT, yaml),
                port(keys.get("register"), ClusterConfig.REGISTER_PORT, yaml));
    }

    private static int port(
            StrictYaml.@org.jspecify.annotations.Nullable Value value,
            int otherwise,
            StrictYaml yaml) {
        return value == null ? otherwise : (int) yaml.number(value, 1, 65535);
    }

    private static String word(StrictYaml.Value value, StrictYaml yaml, String what) {
        String text = yaml.text(value);
        if (!NodeId.isValid(text)) {
            yaml.report(
                    value,
                    "'%s' is not a %s name: 1 to 63 of A-Z a-z 0-9 . _ -".formatted(text, what));
        }
        return text;
    }

    /// Writes a cluster as text; reading it again gives an equal cluster.
    public static String write(ClusterConfig cluster) {
        StringBuilder out = new StringBuilder();
        out.append(
                        "# Members of this cluster. Equal on all nodes; change it with `safe cluster`.\n")
                .append("format: 1\n")
                .append("name: ")
                .append(quoted(cluster.name()))
                .append('\n');
        if (!cluster.id().isEmpty()) out.append("id: ").append(quoted(cluster.id())).append('\n');
        out.append("revision: ").append(cluster.revision()).append('\n').append("networks:\n");
        for (String network : cluster.networks()) {
            out.append("  - name: ").append(quoted(network)).append('\n');
        }
        out.append("nodes:\n");
        for (Member node : cluster.nodes()) {
            out.append("  - ");
            member(out, node, "    ");
        }
        cluster.witness()
                .ifPresent(member -> {
                    out.append("witness:\n  ");
                    member(out, member, "  ");
                });
        if (!cluster.signatures().equals(Signatures.OFF)) {
            out.append("signatures:\n  policy: \"");
            out.append(cluster.signatures().policy().word()).append("\"\n");
            if (!cluster.signatures().signers().isEmpty()) out.append("  signers:\n");
            for (String line : cluster.signatures().signers()) {
                String escaped = line.replace("\\", "\\\\").replace("\"", "\\\"");
                out.append("    - \"").append(escaped).append("\"\n");
            }
        }
        return out.toString();
    }

    private static void member(StringBuilder out, Member member, String indent) {
        out.append("name: ").append(quoted(member.name())).append('\n');
        out.append(indent).append("addresses:\n");
        member.addresses()
                .forEach((network, address) ->
                        out.append(indent)
                                .append("  ")
                                .append(quoted(network))
                                .append(": ")
                                .append(quoted(address))
                                .append('\n'));
        if (!member.ports().equals(Ports.DEFAULT)) {
            out.append(indent)
                    .append("ports: {api: ")
                    .append(member.ports().api())
                    .append(", link: ")
                    .append(member.ports().link())
                    .append(", register: ")
                    .append(member.ports().register())
                    .append("}\n");
        }
    }

    /// Quotes where a reader could take the word for a number or a truth value.
    private static String quoted(String word) {
        boolean plain =
                word.matches("[A-Za-z][A-Za-z0-9._-]*")
                        && !word.matches("(?i)y|n|yes|no|on|off|true|false|null");
        return plain ? word : '"' + word + '"';
    }
}
