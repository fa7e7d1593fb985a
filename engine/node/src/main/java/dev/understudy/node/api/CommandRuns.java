package dev.understudy.node.api;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The commands that run, and those that ended lately, by id. Thread-safe.
final class CommandRuns {
    private static final int RUNS_MAX = 500;

    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Run> runs = new LinkedHashMap<>();

    /// One command.
    ///
    /// @param journalAfter number of the last journal entry before it began
    record Run(
            String id,
            String module,
            Command command,
            long startedAtMs,
            long journalAfter,
            CompletableFuture<Outcome> outcome) {
        View view(String node) {
            Outcome known = outcome.isDone() ? outcome.join() : null;
            return new View(
                    id,
                    module,
                    command.word(),
                    node,
                    startedAtMs,
                    journalAfter,
                    known == null,
                    known == null ? null : OutcomeView.of(known));
        }
    }

    /// A command as the API shows it.
    record View(
            String id,
            String module,
            String command,
            String node,
            long startedAtMs,
            long journalAfter,
            boolean isRunning,
            @Nullable OutcomeView outcome) {}

    /// An outcome as the API shows it.
    record OutcomeView(String result, String code, String text, String remedy) {
        static OutcomeView of(Outcome outcome) {
            return switch (outcome) {
                case Outcome.Done(String text) -> new OutcomeView("done", "", text, "");
                case Outcome.Refused(String code, String text, String remedy) ->
                        new OutcomeView("refused", code, text, remedy);
                case Outcome.Failed(String code, String text, String remedy) ->
                        new OutcomeView("failed", code, text, remedy);
            };
        }
    }

    CommandRuns(Clock clock) {
        this.clock = clock;
    }

    /// Remembers a command that has just begun.
    synchronized Run add(
            String module, Command command, long journalAfter, CompletableFuture<Outcome> outcome) {
        byte[] bytes = new byte[8];
        random.nextBytes(bytes);
        Run run =
                new Run(
                        HexFormat.of().formatHex(bytes),
                        module,
                        command,
                        clock.millis(),
                        journalAfter,
                        outcome);
        if (runs.size() >= RUNS_MAX) forgetOldest();
        runs.put(run.id(), run);
        return run;
    }

    private void forgetOldest() {
        var iterator = runs.values().iterator();
        while (iterator.hasNext() && runs.size() >= RUNS_MAX) {
            Run run = iterator.next();
            if (run.outcome().isDone() || runs.size() >= 2 * RUNS_MAX) iterator.remove();
        }
    }

    synchronized Optional<Run> find(String id) {
        return Optional.ofNullable(runs.get(id));
    }
}
