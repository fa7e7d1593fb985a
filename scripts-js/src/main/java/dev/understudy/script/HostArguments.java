package dev.understudy.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.script.api.Durations;
import java.time.Duration;

/// Reads the arguments of the functions that the host itself carries out.
final class HostArguments {
    private HostArguments() {}

    /// Reads a duration: milliseconds as a number, or a text with its unit.
    ///
    /// @throws IllegalArgumentException with a text for people
    static Duration duration(JsonNode value) {
        if (value.isNumber() && value.asLong() >= 0) {
            return Duration.ofMillis(value.asLong());
        }
        if (value.isTextual()) {
            return Durations.parse(value.asText());
        }
        throw new IllegalArgumentException("a duration is a number of ms or a text as '30s'");
    }
}
