package dev.understudy.tests.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.tests.lab.LabException;

/// Reads and writes JSON without checked exceptions.
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /// Parses a text.
    ///
    /// @throws LabException when it is not JSON
    public static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new LabException("not JSON: " + text, e);
        }
    }

    /// Makes an empty object.
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }
}
