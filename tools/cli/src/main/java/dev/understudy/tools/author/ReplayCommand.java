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
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Runs a hook again as it ran on a node.
@Command(
        name = "replay",
        description = {
            "Runs a hook again as it ran on a node, with what it was told then, without the machine.",
            "A node keeps the last 20 runs of each module's hooks in",
            "/var/lib/understudy/logs/traces/MODULE; the texts of secrets are not in them.",
            "Exit code 1 if the script now asks for something else or ends in another way."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  safe replay --trace 1795700143411-start_prim.json postgresql"})
public final class ReplayCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--trace",
            required = true,
            paramLabel = "FILE",
            description = "The trace, copied from a node.")
    private Path file = Path.of("");

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or json.")
    private Format format = Format.TEXT;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR|FILE",
            description = "The module, a folder or an archive; default this folder.")
    private Path path = Path.of("");

    @Override
    public Integer call() throws IOException {
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
