package dev.understudy.tools.control;

import dev.understudy.tools.Exit;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/// A command to one module: sends it, shows what happens, waits for the outcome.
abstract class ModuleCommand extends ControlCommand {
    private static final Duration LOOK = Duration.ofMillis(700);

    @Option(
            names = {"-m", "--module"},
            required = true,
            paramLabel = "MODULE",
            description = "The module.")
    private String module = "";

    @Option(names = "--no-wait", description = "Return as soon as the daemon has begun.")
    private boolean noWait;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "Stop waiting after this time with exit code 4; default 600.")
    private int timeoutSeconds = 600;

    @Option(names = "--cause", paramLabel = "TEXT", description = "Why; written to the journal.")
    private String cause = "";

    /// The word that the API knows.
    abstract String word();

    /// Further options of the command, as the API names them.
    Map<String, Object> options() {
        return Map.of();
    }

    @Override
    int work() throws InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("command", word());
        if (!cause.isEmpty()) body.put("cause", cause);
        body.putAll(options());
        Daemon daemon = daemon();
        Json run = daemon.send("POST", Paths.module(module) + "/commands", body);
        if (noWait) {
            return answer(run, "%s: %s has begun".formatted(module, word()));
        }
        Json ended = waitFor(daemon, run);
        Json outcome = ended.at("outcome");
        if (!outcome.isThere()) {
            throw Failure.timedOut(
                    "%s of %s has not ended after %d s".formatted(word(), module, timeoutSeconds),
                    "it goes on; look at `safe state -m %s` and `safe log -m %s`"
                            .formatted(module, module));
        }
        if (!outcome.text("result").equals("done")) {
            throw new Failure(
                    Exit.REFUSED,
                    outcome.text("code"),
                    outcome.text("text"),
                    ended.text("node"),
                    outcome.text("remedy"));
        }
        return answer(ended, outcome.text("text"));
    }

    private Json waitFor(Daemon daemon, Json begun) {
        Instant end = Instant.now().plusSeconds(timeoutSeconds);
        long seen = begun.number("journalAfter");
        Json run = begun;
        while (run.truth("isRunning") && Instant.now().isBefore(end)) {
            run =
                    daemon.get(
                            "/api/v1/commands/%s?waitMs=%d"
                                    .formatted(run.text("id"), LOOK.toMillis()));
            if (!isJson()) seen = showJournal(daemon, seen);
        }
        return run;
    }

    private long showJournal(Daemon daemon, long after) {
        long seen = after;
        String path = "/api/v1/journal?after=%d&module=%s".formatted(after, module);
        for (Json entry : daemon.get(path).list("entries")) {
            err().println("  " + LogCommand.line(entry, false));
            err().flush();
            seen = Math.max(seen, entry.number("number"));
        }
        return seen;
    }
}
