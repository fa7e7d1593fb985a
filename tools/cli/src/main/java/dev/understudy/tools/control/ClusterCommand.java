package dev.understudy.tools.control;

import dev.understudy.tools.CommandGroup;
import dev.understudy.tools.Exit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a cluster, joins nodes to it, shows it.
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        description = "Makes a cluster, joins nodes to it, shows it.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ClusterCommand.Init.class,
            ClusterCommand.Token.class,
            ClusterCommand.Join.class,
            ClusterCommand.Witness.class,
            ClusterCommand.State.class,
            SignaturesCommand.class
        },
        footer = {
            "",
            "Two nodes, the daemon running on both:",
            "  node1# safe cluster init --name demo --node-name node1 --address 10.0.0.1",
            "  node1# safe cluster token",
            "  node2# safe cluster join TOKEN --via 10.0.0.1 --node-name node2 --address 10.0.0.2",
            "  node1# safe cluster state"
        })
public final class ClusterCommand extends CommandGroup {
    /// What a node says about itself.
    static final class Self {
        @Option(
                names = "--node-name",
                required = true,
                paramLabel = "NAME",
                description = "Name of this node in the cluster.")
        private String name = "";

        @Option(
                names = "--address",
                required = true,
                paramLabel = "[NETWORK=]ADDRESS",
                description = {
                    "Address of this node; once for each network. Without a name it is the network"
                            + " 'default'."
                })
        private List<String> addresses = List.of();

        @Option(names = "--api-port", paramLabel = "PORT", description = "Default 9453.")
        private int apiPort = 9453;

        @Option(names = "--link-port", paramLabel = "PORT", description = "Default 9454.")
        private int linkPort = 9454;

        Map<String, Object> json() {
            Map<String, String> byNetwork = new LinkedHashMap<>();
            for (String given : addresses) {
                int split = given.indexOf('=');
                String network = split < 0 ? "default" : given.substring(0, split);
                if (byNetwork.put(network, given.substring(split + 1)) != null) {
                    throw Failure.usage(
                            "two addresses for network '%s'".formatted(network),
                            "name the networks: --address NETWORK=ADDRESS");
                }
            }
            Map<String, Object> ports = new LinkedHashMap<>();
            if (apiPort != 9453) ports.put("api", apiPort);
            if (linkPort != 9454) ports.put("link", linkPort);
            Map<String, Object> member = new LinkedHashMap<>();
            member.put("name", name);
            member.put("addresses", byNetwork);
            if (!ports.isEmpty()) member.put("ports", ports);
            return member;
        }
    }

    /// Makes a cluster.
    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description = "Makes a new cluster with this node as its first member.",
            footer = {
                "",
                "Example with two networks:",
                "  safe cluster init --name demo --node-name node1 --address lan=10.0.0.1 --address"
                        + " cross=192.168.7.1"
            })
    public static final class Init extends ControlCommand {
        @Option(
                names = "--name",
                required = true,
                paramLabel = "NAME",
                description = "Name of the cluster.")
        private String name = "";

        @CommandLine.Mixin private Self self = new Self();

        @Override
        int work() {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("name", name);
            body.put("member", self.json());
            Json cluster = target().own().send("POST", "/api/v1/cluster/init", body);
            return answer(
                    cluster,
                    "cluster %s is made, this node is %s; next: `safe cluster token`"
                            .formatted(cluster.text("name"), cluster.text("self")));
        }
    }

    /// Makes a join token.
    @Command(
            name = "token",
            mixinStandardHelpOptions = true,
            description = {
                "Prints a token with which one node may join within 30 minutes.",
                "Treat it as a password until it is used."
            })
    public static final class Token extends ControlCommand {
        @Option(names = "--role", paramLabel = "ROLE", description = "data (default) or witness.")
        private String role = "data";

        @Override
        int work() {
            if (!List.of("data", "witness").contains(role)) {
                throw Failure.usage("--role is data or witness", "");
            }
            Json token = daemon().send("POST", "/api/v1/cluster/tokens", Map.of("role", role));
            if (isJson()) return answer(token, "");
            // The token alone on stdout, so that it can be put into a variable.
            say(token.text("token"));
            String via = token.words("via").isEmpty() ? "ADDRESS" : token.words("via").getFirst();
            long port = token.number("port");
            err().println(
                            "on the new node: safe cluster join TOKEN --via %s%s --node-name NAME --address ADDRESS"
                                    .formatted(
                                            via.contains(":") ? "[" + via + "]" : via,
                                            port == 9453 ? "" : ":" + port));
            return Exit.DONE;
        }
    }

    /// Joins a cluster.
    @Command(
            name = "join",
            mixinStandardHelpOptions = true,
            description = "Joins this node to a cluster, by a token made there.",
            footer = {
                "",
                "Example:",
                "  safe cluster join us1-… --via 10.0.0.1 --node-name node2 --address 10.0.0.2"
            })
    public static final class Join extends ControlCommand {
        @Parameters(index = "0", paramLabel = "TOKEN", description = "As printed; - reads stdin.")
        private String token = "";

        @Option(
                names = "--via",
                required = true,
                paramLabel = "ADDRESS[:PORT]",
                description = "A member of the cluster; [ADDRESS]:PORT for IPv6.")
        private String via = "";

        @CommandLine.Mixin private Self self = new Self();

        @Override
        int work() {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("token", token.equals("-") ? fromStdin() : token);
            body.putAll(address(via));
            body.put("member", self.json());
            Json cluster =
                    target().own()
                            .send("POST", "/api/v1/cluster/join", body, Duration.ofSeconds(60));
            List<String> names =
                    cluster.list("members").stream().map(member -> member.text("name")).toList();
            return answer(
                    cluster,
                    "%s is in cluster %s (%s)"
                            .formatted(
                                    cluster.text("self"),
                                    cluster.text("name"),
                                    String.join(", ", names)));
        }

        private static String fromStdin() {
            try {
                return new String(
                                System.in.readNBytes(4096),
                                java.nio.charset.StandardCharsets.US_ASCII)
                        .strip();
            } catch (java.io.IOException cannotRead) {
                throw Failure.usage("no token on stdin", "");
            }
        }

        /// Splits `10.0.0.1`, `10.0.0.1:9453`, `fd00::1` and `[fd00::1]:9453`.
        static Map<String, Object> address(String text) {
            Map<String, Object> parts = new LinkedHashMap<>();
            String host = text;
            int port = 9453;
            int close = text.lastIndexOf(']');
            int colon = text.lastIndexOf(':');
            boolean hasPort = colon > close && (close >= 0 || text.indexOf(':') == colon);
            if (hasPort) {
                try {
                    port = Integer.parseInt(text.substring(colon + 1));
                } catch (NumberFormatException notANumber) {
                    throw Failure.usage("--via %s: the port is no number".formatted(text), "");
                }
                host = text.substring(0, colon);
            }
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            parts.put("via", host);
            parts.put("port", port);
            return parts;
        }
    }

    /// The third vote.
    @Command(
            name = "witness",
            mixinStandardHelpOptions = true,
            description = {
                "Adds, replaces or removes the third vote, while modules run.",
                "Both data nodes have to be up: they agree on every step."
            },
            synopsisSubcommandLabel = "COMMAND",
            subcommands = {WitnessAdd.class, WitnessReplace.class, WitnessRemove.class},
            footer = {
                "",
                "On a data node, then on a third host that runs safe-witness:",
                "  node1# safe cluster witness add",
                "  third# safe cluster join TOKEN --via 10.0.0.1 --node-name third --address"
                        + " 10.0.0.3",
                "  node1# safe cluster state"
            })
    public static final class Witness extends CommandGroup {}

    /// What the witness commands have in common.
    abstract static class WitnessCommand extends ControlCommand {
        int token() {
            Json token = daemon().send("POST", "/api/v1/cluster/tokens", Map.of("role", "witness"));
            if (isJson()) return answer(token, "");
            say(token.text("token"));
            String via = token.words("via").isEmpty() ? "ADDRESS" : token.words("via").getFirst();
            long port = token.number("port");
            err().println(
                            "on the third host: safe-witness, then safe cluster join TOKEN --via %s%s --node-name NAME --address ADDRESS"
                                    .formatted(
                                            via.contains(":") ? "[" + via + "]" : via,
                                            port == 9453 ? "" : ":" + port));
            return Exit.DONE;
        }

        Json remove(boolean force) {
            return daemon().send("POST", "/api/v1/cluster/witness/remove", Map.of("force", force));
        }
    }

    /// Prints a token for the witness.
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = {
                "Prints a token with which a third host joins as the witness within 30 minutes.",
                "Once it has joined, the voters change by themselves."
            })
    public static final class WitnessAdd extends WitnessCommand {
        @Override
        int work() {
            return token();
        }
    }

    /// Removes the witness and prints a token for another.
    @Command(
            name = "replace",
            mixinStandardHelpOptions = true,
            description = {
                "Takes the witness out, and prints a token for another host to become it."
            })
    public static final class WitnessReplace extends WitnessCommand {
        @Override
        int work() {
            remove(false);
            return token();
        }
    }

    /// Removes the witness.
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = {
                "Takes the witness out of the cluster: two votes are left, and 'isolation' of each"
                        + " module says what silence allows.",
                "If the witness and the other server are lost for good, no majority is left and"
                        + " nothing can be decided: --force then makes this node's own word count"
                        + " again, and `safe prim --force` starts its modules."
            })
    public static final class WitnessRemove extends WitnessCommand {
        @Option(
                names = "--force",
                description =
                        "The witness and the other server are lost, or off and kept off until the"
                                + " network to them is back: were they to decide together meanwhile,"
                                + " both sides might serve. Refused while a majority answers.")
        private boolean force;

        @Override
        int work() {
            return answer(
                    remove(force),
                    force
                            ? "this node's own word counts again; `safe state` shows what its"
                                    + " modules wait for"
                            : "the witness is taken out; `safe cluster state` shows the votes");
        }
    }

    /// Shows the cluster.
    @Command(
            name = "state",
            mixinStandardHelpOptions = true,
            description = "Shows the members and how this node sees them.")
    public static final class State extends ControlCommand {
        @Override
        int work() {
            Daemon daemon = daemon();
            Json cluster = daemon.get("/api/v1/cluster");
            Json node = daemon.get("/api/v1/node");
            if (isJson()) {
                Map<String, Object> both = new LinkedHashMap<>();
                both.put("cluster", cluster);
                both.put("node", node);
                say(Json.write(both));
                return Exit.DONE;
            }
            if (cluster.text("self").isEmpty()) {
                say("this node is in no cluster; `safe cluster --help` shows how to begin");
                return Exit.DONE;
            }
            say(
                    "cluster %s, revision %d, seen from %s"
                            .formatted(
                                    cluster.text("name"),
                                    cluster.number("revision"),
                                    cluster.text("self")));
            say(Words.table(rows(cluster, node)));
            String policy = cluster.at("signatures").text("policy");
            if (!policy.isEmpty() && !policy.equals("off")) {
                say(SignaturesCommand.text(cluster.at("signatures")));
            }
            votes(cluster);
            node.words("warnings").forEach(warning -> say("warning: " + warning));
            return Exit.DONE;
        }

        private void votes(Json cluster) {
            Json votes = cluster.at("votes");
            boolean majority = votes.text("form").equals("majority");
            say(
                    majority
                            ? "registers are decided by a majority of votes:"
                            : "two votes: each node decides by its own evidence");
            for (Json seat : votes.list("seats")) {
                if (!majority && !seat.truth("isVoter")) continue;
                say(
                        "  %s %s, %s"
                                .formatted(
                                        seat.text("node"),
                                        seat.truth("isVoter") ? "votes" : "does not vote",
                                        seat.truth("isUp") ? "answers" : "does not answer"));
            }
            if (!votes.text("blocked").isEmpty()) say("  waits: " + votes.text("blocked"));
        }

        private static List<List<String>> rows(Json cluster, Json node) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("NODE", "ROLE", "NETWORK", "ADDRESS", "HEARTBEAT"));
            for (Json member : cluster.list("members")) {
                String name = member.text("name");
                if (!(member.at("addresses").value() instanceof Map<?, ?> addresses)) continue;
                addresses.forEach((network, address) ->
                        rows.add(
                                List.of(
                                        name,
                                        member.text("role"),
                                        String.valueOf(network),
                                        String.valueOf(address),
                                        name.equals(cluster.text("self"))
                                                ? "this node"
                                                : heartbeat(node, name, String.valueOf(network)))));
            }
            return rows;
        }

        private static String heartbeat(Json node, String peer, String network) {
            for (Json seen : node.list("peers")) {
                if (!seen.text("name").equals(peer)) continue;
                for (Json line : seen.list("networks")) {
                    if (!line.text("name").equals(network)) continue;
                    if (!line.truth("isUp")) return "down, " + Words.silent(seen);
                    return line.at("roundTripUs").isThere()
                            ? "up, %d us".formatted(line.number("roundTripUs"))
                            : "up";
                }
            }
            return "not seen";
        }
    }
}
