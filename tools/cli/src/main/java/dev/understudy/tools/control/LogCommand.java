package dev.understudy.tools.control;

import dev.understudy.tools.Exit;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Shows the journal.
@Command(
        name = "log",
        mixinStandardHelpOptions = true,
        description = "Shows the journal: what happened, when and why.",
        footer = {"", "Examples:", "  safe log -m postgresql", "  safe log -f"})
public final class LogCommand extends ControlCommand {
    @Option(
            names = {"-m", "--module"},
            paramLabel = "MODULE",
            description = "Only this module.")
    private String module = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with new entries until interrupted.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "How many entries; default 300.")
    private int lines = 300;

    @Option(
            names = {"-v", "--verbose"},
            description = "With what each decision saw.")
    private boolean verbose;

    @Override
    int work() {
        if (lines < 1 || lines > 10_000) throw Failure.usage("-n takes 1 to 10000", "");
        String filter = module.isEmpty() ? "" : "&module=" + module;
        if (!module.isEmpty()) Paths.module(module);
        Daemon daemon = daemon();
        long seen = 0;
        Json page =
                daemon.get("/api/v1/journal?after=-%d&limit=%d%s".formatted(lines, lines, filter));
        while (true) {
            for (Json entry : page.list("entries")) {
                say(isJson() ? entry.toString() : line(entry, verbose));
                seen = Math.max(seen, entry.number("number"));
            }
            if (!follow) return Exit.DONE;
            page =
                    daemon.getTagged(
                                    "/api/v1/journal?after=%d&limit=1000&waitMs=20000%s"
                                            .formatted(seen, filter),
                                    Duration.ofSeconds(40))
                            .json();
        }
    }

    /// One entry as one line.
    static String line(Json entry, boolean verbose) {
        StringBuilder line = new StringBuilder(Words.fineTime(entry.number("atMs")));
        line.append(' ').append(entry.text("node"));
        String module = entry.text("module");
        if (!module.isEmpty()) line.append(' ').append(module);
        String severity = entry.text("severity");
        if (!severity.equals("info")) {
            line.append(' ').append(severity.toUpperCase(Locale.ROOT));
        }
        line.append(' ').append(entry.text("event")).append(": ").append(entry.text("text"));
        if (verbose && entry.at("fields").value() instanceof Map<?, ?> fields) {
            new LinkedHashMap<>(fields)
                    .forEach(
                            (key, value) -> line.append(' ').append(key).append('=').append(value));
        }
        return line.toString();
    }
}
