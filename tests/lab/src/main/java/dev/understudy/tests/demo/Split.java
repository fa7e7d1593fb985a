package dev.understudy.tests.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Where the time of a failover went, read from the journal of the node that took over.
///
/// @param detectMs from the fault to the first decision; -1 if the journal shows none
/// @param vipMs from there until the virtual IP was raised; -1 if it was not
/// @param applicationStartMs from the beginning of its start until it was ready; -1 if it was not
///   started
/// @param words the decision's sentence
record Split(long detectMs, long vipMs, long applicationStartMs, String words) {
    static final Split UNKNOWN = new Split(-1, -1, -1, "");

    /// Rules by which a node decides that it has to serve, or to start the application anew.
    private static final Set<String> DECISIONS =
            Set.of(
                    "SECOND_TAKES_OVER",
                    "TAKES_OVER_FROM_STOPPED",
                    "TAKES_OVER_FROM_FENCED",
                    "TAKES_OVER_AVAILABLE",
                    "TAKES_OVER_BY_WORD",
                    "SWAP_PROMOTES",
                    "RESOURCE_RESTARTS");

    /// Reads the entries that followed an instant.
    static Split of(List<JsonNode> journal, long faultMs) {
        long decidedMs = at(journal, entry -> DECISIONS.contains(name(entry)));
        if (decidedMs < 0) {
            return UNKNOWN;
        }
        long servesMs =
                at(
                        journal,
                        e ->
                                isAfter(e, decidedMs)
                                        && Set.of("ALONE", "PRIM")
                                                .contains(e.path("fields").path("to").asText()));
        long raisedMs = at(journal, e -> isAfter(e, decidedMs) && name(e).equals("VIP_RAISED"));
        long vipMs = raisedMs < 0 ? servesMs : raisedMs;
        long readyMs =
                at(
                        journal,
                        e ->
                                isAfter(e, decidedMs)
                                        && name(e).equals("APPLICATION_STEP")
                                        && e.toString().contains("started for PRIM"));
        return new Split(
                Math.max(0, decidedMs - faultMs),
                vipMs < 0 ? -1 : vipMs - decidedMs,
                readyMs < 0 ? -1 : readyMs - Math.max(decidedMs, vipMs),
                first(journal, entry -> DECISIONS.contains(name(entry)))
                        .map(entry -> entry.path("text").asText())
                        .orElse(""));
    }

    private static String name(JsonNode entry) {
        return entry.path("event").asText();
    }

    private static boolean isAfter(JsonNode entry, long ms) {
        return entry.path("atMs").asLong() >= ms;
    }

    private static long at(List<JsonNode> journal, Predicate<JsonNode> condition) {
        return first(journal, condition).map(entry -> entry.path("atMs").asLong()).orElse(-1L);
    }

    private static Optional<JsonNode> first(List<JsonNode> journal, Predicate<JsonNode> condition) {
        return journal.stream().filter(condition).findFirst();
    }
}
