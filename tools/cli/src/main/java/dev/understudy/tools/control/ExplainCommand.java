package dev.understudy.tools.control;

import dev.understudy.tools.Exit;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Explains a module.
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Says in words which state a module is in, why, what is degraded, and what each failure"
                    + " would lead to right now.",
            "The failures are not looked up in a table: the engine runs its own decisions from the"
                    + " present state."
        },
        footer = {
            "",
            "Examples:",
            "  safe explain -m postgresql",
            "  safe explain -m postgresql --at 14:03:20",
            "  safe explain -m postgresql --at '2026-11-26 14:03' --node node2"
        })
public final class ExplainCommand extends ControlCommand {
    @Option(
            names = {"-m", "--module"},
            required = true,
            paramLabel = "MODULE",
            description = "The module.")
    private String module = "";

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = {
                "A moment of the past, by the journal: HH:MM[:SS] today, 'YYYY-MM-DD HH:MM[:SS]', or"
                        + " ISO 8601 with zone."
            })
    private String at = "";

    @Override
    int work() {
        String path = Paths.module(module) + "/explain";
        if (!at.isEmpty()) path += "?atMs=" + moment(at, ZoneId.systemDefault()).toEpochMilli();
        Json explanation = daemon().get(path);
        say(isJson() ? explanation.toString() : text(explanation));
        return Exit.DONE;
    }

    /// Reads a moment as people write it.
    static Instant moment(String text, ZoneId zone) {
        String word = text.strip();
        try {
            if (word.matches("\\d{1,2}:\\d{2}(:\\d{2}(\\.\\d+)?)?")) {
                String whole = word.indexOf(':') == 1 ? "0" + word : word;
                return LocalDate.now(zone).atTime(LocalTime.parse(whole)).atZone(zone).toInstant();
            }
            if (word.matches("\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?")) {
                return LocalDateTime.parse(word.replace(' ', 'T')).atZone(zone).toInstant();
            }
            return Instant.parse(word);
        } catch (DateTimeException malformed) {
            throw Failure.usage(
                    "'%s' is no time".formatted(text),
                    "say 14:03:20, '2026-11-26 14:03:20' or 2026-11-26T13:03:20Z");
        }
    }

    /// The explanation for a terminal.
    static String text(Json e) {
        List<String> lines = new ArrayList<>();
        boolean now = e.truth("isNow");
        lines.add(
                "%s (%s) on %s %s %s%s"
                        .formatted(
                                e.text("module"),
                                e.text("kind"),
                                e.text("node"),
                                now ? "is" : "was",
                                e.text("state"),
                                e.number("sinceMs") == 0
                                        ? ""
                                        : " since " + Words.time(e.number("sinceMs"))));
        if (!now) lines.add("at " + Words.fineTime(e.number("atMs")));
        lines.add(e.text("reason"));
        lines.add("");
        lines.add("Why, by the journal:");
        for (Json move : e.list("moves")) move(move, lines);
        if (e.list("moves").isEmpty()) lines.add("  no transition is known");
        lines.add("");
        lines.add(now ? "Degraded:" : "Degraded then:");
        for (String one : e.words("degraded")) lines.add("  " + one);
        if (e.words("degraded").isEmpty()) lines.add("  nothing");
        if (now) prospects(e, lines);
        return String.join(System.lineSeparator(), lines);
    }

    private static void move(Json move, List<String> lines) {
        lines.add(
                "  %s  %s -> %s  rule %d %s: %s"
                        .formatted(
                                Words.fineTime(move.number("atMs")),
                                move.text("from"),
                                move.text("to"),
                                move.number("rule"),
                                move.text("name"),
                                move.text("reason")));
        if (move.at("inputs").value() instanceof Map<?, ?> inputs && !inputs.isEmpty()) {
            List<String> seen = new ArrayList<>();
            inputs.forEach((key, value) -> seen.add(key + "=" + value));
            lines.add("      saw " + String.join(", ", seen));
        }
    }

    private static void prospects(Json e, List<String> lines) {
        lines.add("");
        lines.add("What would happen right now:");
        for (Json one : e.list("prospects")) {
            lines.add("  if %s: %s".formatted(one.text("event"), one.text("text")));
        }
        if (e.list("prospects").isEmpty()) {
            lines.add("  nobody serves, so there is nothing to lose");
            return;
        }
        String start =
                e.at("applicationStartMs").isThere()
                        ? String.format(
                                Locale.ROOT,
                                "which took %.1f s here last time",
                                e.number("applicationStartMs") / 1000.0)
                        : "of which nothing is known yet";
        lines.add(
                "  (without the start of the application, %s; with a ping witness that answers)"
                        .formatted(start));
    }
}
