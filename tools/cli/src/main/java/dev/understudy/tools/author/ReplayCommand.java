package dev.understudy.tools.author;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.safe.SafeModule;
import dev.understudy.tools.Exit;
import dev.understudy.tools.testing.Replay;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Runs a hook again as it ran on a node.
@Command(
        name = "replay",
        description = {
            "Runs a hook, or the decisions of a node, again as they ran there, without the machine.",
            "",
            "--trace: the hook, with what it was told then. A node keeps the last 20 runs of each"
                    + " module's hooks in",
            "/var/lib/understudy/logs/traces/MODULE; the texts of secrets are not in them.",
            "",
            "--journal: all that the failover rules were told, step by step, through the rules of"
                    + " this program. A node keeps",
            "the last hours of each module in decisions.rec and decisions.1.rec of",
            "/var/lib/understudy/data/MODULE; recordings of another version may need its `safe`.",
            "",
            "Exit code 1 if the script or the rules now do something else than then."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  safe replay --trace 1795700143411-start_prim.json postgresql",
            "  safe replay --journal -m postgresql",
            "  safe replay --journal decisions.rec"
        })
public final class ReplayCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @ArgGroup(multiplicity = "1")
    private What what = new What();

    /// What runs again: one of both.
    static final class What {
        @Option(
                names = "--trace",
                required = true,
                paramLabel = "FILE",
                description = "The trace of a hook, copied from a node.")
        private @Nullable Path trace;

        @Option(
                names = "--journal",
                required = true,
                arity = "0..1",
                fallbackValue = "",
                paramLabel = "FILE",
                description = "Decisions, copied from a node; without a file those of -m here.")
        private @Nullable Path journal;
    }

    @Option(
            names = {"-m", "--module"},
            paramLabel = "MODULE",
            description = "With --journal: the module whose decisions on this node run again.")
    private String module = "";

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Home of the local daemon; default $UNDERSTUDY_HOME, else the system's.")
    private @Nullable Path home;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or json.")
    private Format format = Format.TEXT;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR|FILE",
            description = "With --trace: the module, a folder or an archive; default this folder.")
    private Path path = Path.of("");

    @Override
    public Integer call() throws IOException {
        Path trace = what.trace;
        return trace == null ? journal() : trace(trace);
    }

    private int journal() throws IOException {
        Path file = what.journal;
        boolean isNamed = file != null && !file.toString().isEmpty();
        if (isNamed == !module.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--journal takes a FILE, or -m MODULE: one of both");
        }
        DecisionsReplay replay =
                new DecisionsReplay(
                        spec.commandLine().getOut(), spec.commandLine().getErr(), format);
        return replay.run(
                isNamed
                        ? List.of(java.util.Objects.requireNonNull(file))
                        : DecisionsReplay.filesOf(root(), module));
    }

    private Path root() {
        Path root = home;
        String named = System.getenv().getOrDefault("UNDERSTUDY_HOME", "");
        if (root == null && !named.isEmpty()) {
            root = Path.of(named);
        }
        return root == null ? Path.of("/var/lib/understudy") : root.resolve("lib");
    }

    private int trace(Path file) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        JsonNode trace;
        try {
            trace = new ObjectMapper().readTree(Files.readString(file));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            err.println("safe: " + file + ": this is no trace; it is not JSON");
            return Exit.REFUSED;
        }
        if (trace.path("format").asInt() != 1 || !trace.path("calls").isArray()) {
            err.println("safe: " + file + ": this is no trace of format 1");
            return Exit.REFUSED;
        }
        Source source = Source.of(path);
        if (source.read().module().isEmpty()) {
            err.print(source.text(source.read().findings()));
            return Exit.REFUSED;
        }
        SafeModule module = source.read().module().get();
        if (!module.digest().equals(trace.path("digest").asText())) {
            err.printf(
                    "note: recorded with %s %s, which is not this one; a mended script may differ%n",
                    trace.path("module").asText(), trace.path("version").asText());
        }
        Replay.Outcome outcome = Replay.run(trace, module);
        if (format == Format.JSON) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("same", outcome.isSame());
            answer.put("end", outcome.end());
            answer.put("recorded", outcome.recorded());
            answer.put("problem", outcome.problem());
            answer.put("unused", outcome.unused());
            answer.put("lines", outcome.lines());
            out.println(new ObjectMapper().writeValueAsString(answer));
        } else {
            outcome.lines().forEach(out::println);
            if (!outcome.problem().isEmpty()) {
                out.println("differs: " + outcome.problem());
            }
            if (outcome.unused() > 0) {
                out.println(outcome.unused() + " calls of the trace are not asked for");
            }
            out.println("ended: " + outcome.end());
            out.println(outcome.isSame() ? "as recorded" : "recorded: " + outcome.recorded());
        }
        return outcome.isSame() ? Exit.DONE : Exit.REFUSED;
    }
}
