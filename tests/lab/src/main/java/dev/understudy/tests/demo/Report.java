package dev.understudy.tests.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.tests.cluster.Json;
import java.util.List;
import java.util.Locale;

/// The table and the JSON line at the end.
record Report(int rounds, long acknowledged, long lost, long differing, List<Result> results) {
    private static final String ROW = "%5s  %-17s %8s %8s %8s %8s %12s %10s";

    /// Tells whether everything that was promised holds.
    boolean isGood() {
        return lost == 0 && differing == 0;
    }

    void print(Timeline timeline) {
        timeline.title("What it cost");
        timeline.plain(
                ROW.formatted(
                        "round",
                        "event",
                        "gap ms",
                        "detect",
                        "VIP",
                        "app",
                        "resync KiB",
                        "resync ms"));
        for (Result result : results) {
            timeline.plain(
                    ROW.formatted(
                            result.round(),
                            result.event(),
                            text(result.gapMs()),
                            text(result.detectMs()),
                            text(result.vipMs()),
                            text(result.applicationStartMs()),
                            result.resyncBytes() < 0
                                    ? "-"
                                    : text((result.resyncBytes() + 1023) / 1024),
                            text(result.resyncMs())));
        }
        List<Long> detections =
                results.stream()
                        .filter(r -> r.event().equals("power-off") && r.detectMs() >= 0)
                        .map(Result::detectMs)
                        .sorted()
                        .toList();
        if (!detections.isEmpty()) {
            timeline.plain(
                    "median detection of a power-off: "
                            + detections.get(detections.size() / 2)
                            + " ms");
        }
        timeline.plain(
                String.format(
                        Locale.ROOT,
                        "%,d commits acknowledged, %d lost, %d files differing",
                        acknowledged,
                        lost,
                        differing));
    }

    String json() {
        ObjectNode json =
                Json.object()
                        .put("rounds", rounds)
                        .put("acknowledged", acknowledged)
                        .put("lost", lost)
                        .put("differing", differing);
        ArrayNode events = json.putArray("events");
        results.forEach(result -> events.add(result.json()));
        return json.toString();
    }

    private static String text(long value) {
        return value < 0 ? "-" : Long.toString(value);
    }
}
