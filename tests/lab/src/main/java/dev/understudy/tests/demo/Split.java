package dev.understudy.tests.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
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

    /// Reads the entries that followed an instant.
    static Split of(List<JsonNode> journal, long faultMs) {
        Optional<JsonNode> decision =
                first(journal, entry -> entry.path("event").asText().equals("TAKE_OVER"));
        if (decision.isEmpty()) {
            return UNKNOWN;
        }
        long decidedMs = decision.get().path("atMs").asLong();
        long raisedMs = at(journal, "VIP_RAISED");
        long startMs = at(journal, "APPLICATION_STARTS");
        long readyMs = at(journal, "APPLICATION_READY");
        return new Split(
                decidedMs - faultMs,
                raisedMs < 0 ? -1 : Math.max(0, raisedMs - decidedMs),
                startMs < 0 || readyMs < 0 ? -1 : readyMs - startMs,
                decision.get().path("text").asText());
    }

    private static long at(List<JsonNode> journal, String event) {
        return first(journal, entry -> entry.path("event").asText().equals(event))
                .map(entry -> entry.path("atMs").asLong())
                .orElse(-1L);
    }

    private static Optional<JsonNode> first(List<JsonNode> journal, Predicate<JsonNode> condition) {
        return journal.stream().filter(condition).findFirst();
    }
}
