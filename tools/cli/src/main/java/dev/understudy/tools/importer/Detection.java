package dev.understudy.tools.importer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Times after which the reference product notices a failure, beside ours: an imported module keeps
/// the shorter ones, and its report names what it had.
final class Detection {
    /// Its defaults: `heart`, 700 ms and 30 s; `errd`, 30 s.
    private static final Map<String, Long> THEIRS_MS =
            Map.of("pulse", 700L, "timeout", 30_000L, "polltimer", 30_000L);

    private static final long OUR_WATCH_MS = 10_000;

    private Detection() {}

    /// Says what `heart` and its networks had and what stands now.
    static String heart(Element heart) {
        List<String> had = new ArrayList<>();
        had.add(time(heart, "pulse") + ", " + time(heart, "timeout"));
        for (Element one : heart.all("heartbeat")) {
            for (String attribute : List.of("pulse", "timeout")) {
                if (given(one, attribute).isPresent()) {
                    had.add("on " + one.attribute("name", "?") + " " + time(one, attribute));
                }
            }
        }
        return "heartbeats: of ours are kept, interval 200ms and timeout 2s; there it was "
                + String.join("; ", had);
    }

    private static String time(Element e, String attribute) {
        Optional<Duration> given = given(e, attribute);
        return attribute
                + " "
                + given.map(Duration::toMillis).orElse(THEIRS_MS.getOrDefault(attribute, 0L))
                + "ms"
                + (given.isPresent() ? "" : " (its default)");
    }

    /// Gives the interval in which processes are looked for: that of `errd`, if it is shorter than
    /// ours.
    static String interval(Element errd) {
        long theirs = theirs(errd);
        return theirs < OUR_WATCH_MS ? theirs + "ms" : OUR_WATCH_MS / 1000 + "s";
    }

    /// Says so when the interval is not what it was; else empty.
    static String intervalNote(Element errd) {
        return theirs(errd) <= OUR_WATCH_MS
                ? ""
                : "; interval: 10s of ours is kept, there it was " + time(errd, "polltimer");
    }

    private static long theirs(Element errd) {
        return given(errd, "polltimer").map(Duration::toMillis).orElse(30_000L);
    }

    // pulse and timeout without a unit are milliseconds, polltimer is seconds
    private static Optional<Duration> given(Element e, String attribute) {
        String text = e.attribute(attribute, "").strip();
        if (!text.matches("[0-9]{1,9}(ms|s|m|h)?")) {
            return Optional.empty();
        }
        long number = Long.parseLong(text.replaceAll("[a-z]+", ""));
        String unit = text.replaceAll("[0-9]+", "");
        return Optional.of(
                switch (unit.isEmpty() ? attribute.equals("polltimer") ? "s" : "ms" : unit) {
                    case "ms" -> Duration.ofMillis(number);
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    default -> Duration.ofHours(number);
                });
    }
}
