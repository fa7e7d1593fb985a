package dev.understudy.tests.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One module as one node shows it.
///
/// @param state STOP, WAIT, ALONE, PRIM or SECOND
/// @param isReady the state is reached and stable
/// @param data such as UP_TO_DATE or SYNCING
/// @param reason the sentence of the last transition
/// @param inSync the nodes that the register counts
/// @param lagOperations operations that the peer has not acknowledged; 0 without replication
/// @param dirtyBytes bytes that the peer is missing
/// @param isResyncing a copy is running
/// @param json everything else
public record ModuleView(
        String state,
        boolean isReady,
        String data,
        String reason,
        List<String> inSync,
        long lagOperations,
        long dirtyBytes,
        boolean isResyncing,
        JsonNode json) {

    /// Reads what the API and `safe state --format json` print.
    public static ModuleView of(JsonNode json) {
        List<String> inSync = new ArrayList<>();
        json.path("register").path("inSync").forEach(node -> inSync.add(node.asText()));
        return new ModuleView(
                word(json, "state"),
                word(json, "status").equals("READY"),
                word(json, "data"),
                json.path("reason").asText(),
                inSync,
                json.path("replication").path("lagOperations").asLong(),
                json.path("replication").path("dirtyBytes").asLong(),
                json.path("resync").isObject(),
                json);
    }

    /// Says the state in a few words for a person.
    public String line() {
        return state
                + (isReady ? "" : " (not ready)")
                + " "
                + data
                + (reason.isEmpty() ? "" : ": " + reason);
    }

    private static String word(JsonNode json, String key) {
        return json.path(key).asText().toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
