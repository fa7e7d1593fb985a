package dev.understudy.tools.author;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Platform;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.lint.RuleBook;
import dev.understudy.script.Inspector;
import dev.understudy.tools.Exit;
import dev.understudy.tools.testing.Debugging;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Runs a hook, a checker or a test under the inspector of Chrome.
@Command(
        name = "debug",
        description = {
            "Runs a hook, a checker or a test of a module on a host that is not there, under Chrome's",
            "inspector: breakpoints, single steps, variables. Prints the address to open in Chrome, Edge",
            "or Chromium, waits for it, and stops before the first statement. Reachable from this machine",
            "alone. Pretended time stands still while the script does.",
            "With --trace a hook runs again as a node recorded it (see safe replay)."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  safe debug start_prim",
            "  safe debug 'lock files of a crash' postgresql"
        })
public final class DebugCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Where the inspector listens; 9229, and 0 for any free one.")
    private int port = 9229;

    @Option(names = "--force", description = "A stop hook's second, forceful pass.")
    private boolean isForce;

    @Option(names = "--trace", paramLabel = "FILE", description = "Runs what a node recorded.")
    private @Nullable Path trace;

    @Option(
            names = "--platform",
            paramLabel = "PLATFORM",
            description = "debian, redhat, suse, windows …; default the first of the module.")
    private @Nullable String platform;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "WHAT",
            description = {
                "A hook, the id of a script checker, or a part of a test's name;",
                "not with --trace."
            })
    private @Nullable String what;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DIR|FILE",
            description = "A folder or an archive; default this folder.")
    private Path path = Path.of("");

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        if (trace == null && what == null) {
            throw wrong("say what: a hook, a checker, a part of a test's name, or --trace FILE");
        }
        // with --trace there is nothing to name: the first word is the module
        Source source = Source.of(trace != null && what != null ? Path.of(what) : path);
        List<Finding> broken =
                source.lint().stream().filter(f -> f.id().equals(RuleBook.SCRIPT_SYNTAX)).toList();
        if (source.read().module().isEmpty() || !broken.isEmpty()) {
            err.print(source.text(broken.isEmpty() ? source.read().findings() : broken));
            return Exit.REFUSED;
        }
        if (!Inspector.isThere()) {
            throw wrong("the inspector is not there; it is in lib/debug of the distribution");
        }
        SafeModule module = source.read().module().get();
        Debugging debugging =
                new Debugging(
                        module,
                        platform(module),
                        new Inspector(free(), secret()),
                        line -> {
                            out.println(line);
                            out.flush();
                        });
        String problem =
                trace != null
                        ? debugging.replay(recorded(trace))
                        : debugging.run(String.valueOf(what), isForce);
        out.println(problem.isEmpty() ? "ended well" : "failed: " + problem);
        return problem.isEmpty() ? Exit.DONE : Exit.REFUSED;
    }

    private ParameterException wrong(String text) {
        return new ParameterException(spec.commandLine(), text);
    }

    private Platform platform(SafeModule module) {
        String name =
                platform != null
                        ? platform
                        : module.manifest().platforms().isEmpty()
                                ? "debian"
                                : module.manifest().platforms().getFirst();
        return Platforms.of(name).orElseThrow(() -> wrong("no platform '" + name + "'"));
    }

    private JsonNode recorded(Path file) throws IOException {
        JsonNode read = new ObjectMapper().readTree(Files.readString(file));
        if (read.path("format").asInt() != 1 || !read.path("calls").isArray()) {
            throw wrong(file + " is no trace of format 1");
        }
        return read;
    }

    // The inspector takes the port a moment later; if somebody is faster, it says so.
    private int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        } catch (BindException e) {
            throw wrong("port " + port + " is taken; choose another one: --port 0");
        }
    }

    // Pages that a browser shows may connect to ports of its machine: they can't guess this.
    private static String secret() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
