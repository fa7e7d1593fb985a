package dev.understudy.tools.control;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options that every control command has: which daemon, which node, which form of answer.
final class Target {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Home of the local daemon; default $UNDERSTUDY_HOME, else the system's.")
    private @Nullable Path home;

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "Act on this node of the cluster, through the local daemon.")
    private String node = "";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Talk to a remote daemon, as https://10.0.0.1:9453; needs a token.")
    private @Nullable URI url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the bearer token for --url; default $UNDERSTUDY_TOKEN.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "CA certificate of the cluster for --url; default of the local home.")
    private @Nullable Path authority;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or json.")
    private Format format = Format.TEXT;

    /// How a command answers.
    enum Format {
        /// For people.
        TEXT,
        /// For programs.
        JSON
    }

    boolean isJson() {
        return format == Format.JSON;
    }

    String node() {
        return node;
    }

    /// The daemon that the options name.
    Daemon daemon() {
        return daemon(node, System.getenv());
    }

    /// The daemon of a node, through the one that the options name.
    Daemon at(String name) {
        return daemon(name, System.getenv());
    }

    /// The daemon itself, whatever --node says.
    Daemon own() {
        return daemon("", System.getenv());
    }

    private Daemon daemon(String passedTo, Map<String, String> environment) {
        Path root = home;
        String named = environment.getOrDefault("UNDERSTUDY_HOME", "");
        if (root == null && !named.isEmpty()) root = Path.of(named);
        URI address = url;
        if (address == null) {
            Path run = root == null ? Path.of("/run/understudy") : root.resolve("run");
            return new Daemon(new Daemon.Way.Local(run.resolve("api.sock")), passedTo);
        }
        if (!"https".equals(address.getScheme()) || address.getHost() == null) {
            throw Failure.usage("--url must look like https://10.0.0.1:9453", "");
        }
        Path etc = root == null ? Path.of("/etc/understudy") : root.resolve("etc");
        Path ca = authority == null ? etc.resolve("keys").resolve("ca.pem") : authority;
        return new Daemon(new Daemon.Way.Remote(address, token(environment), ca), passedTo);
    }

    private String token(Map<String, String> environment) {
        Path file = tokenFile;
        String token = environment.getOrDefault("UNDERSTUDY_TOKEN", "");
        if (file != null) {
            try {
                token = Files.readString(file);
            } catch (IOException cannotRead) {
                throw Failure.usage("%s cannot be read as a token".formatted(file), "");
            }
        }
        if (token.isBlank()) {
            throw Failure.usage(
                    "--url needs a token: --token-file or $UNDERSTUDY_TOKEN",
                    "make one with `safe token create NAME --role ROLE` on a node");
        }
        return token.strip();
    }
}
