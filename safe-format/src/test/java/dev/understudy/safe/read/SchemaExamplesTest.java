package dev.understudy.safe.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What editors show from the schemas: an id, descriptions, and examples that are good.
class SchemaExamplesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /// Keywords below which schemas stand by name, and those that are one.
    private static final Set<String> NAMED = Set.of("properties", "$defs");

    private static final Set<String> PLAIN = Set.of("items", "additionalProperties");

    private record Place(String pointer, JsonNode schema) {}

    private static JsonNode read(String name) throws Exception {
        return JSON.readTree(name.equals("module") ? Schemas.module() : Schemas.userConfig());
    }

    private static void walk(String pointer, JsonNode schema, List<Place> found) {
        found.add(new Place(pointer, schema));
        for (Map.Entry<String, JsonNode> e : schema.properties()) {
            if (NAMED.contains(e.getKey())) {
                e.getValue()
                        .properties()
                        .forEach(one ->
                                walk(
                                        pointer + "/" + e.getKey() + "/" + one.getKey(),
                                        one.getValue(),
                                        found));
            } else if (PLAIN.contains(e.getKey()) && e.getValue().isObject()) {
                walk(pointer + "/" + e.getKey(), e.getValue(), found);
            }
        }
    }

    private static List<Place> places(JsonNode root) {
        List<Place> found = new ArrayList<>();
        walk("", root, found);
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"module", "userconfig"})
    void everythingThatIsWrittenByHandIsDescribedWithAnExample(String name) throws Exception {
        JsonNode root = read(name);
        assertTrue(root.path("$id").asText().startsWith("https://"));
        List<String> bare = new ArrayList<>();
        for (Place place : places(root)) {
            JsonNode schema = place.schema();
            boolean isItem = place.pointer().endsWith("/items") && schema.has("properties");
            boolean isWritten = schema.has("pattern") || isItem;
            if (isWritten && (!schema.has("description") || schema.path("examples").isEmpty())) {
                bare.add(place.pointer());
            }
        }
        assertEquals(List.of(), bare);
    }

    @ParameterizedTest
    @ValueSource(strings = {"module", "userconfig"})
    void everyExampleFitsItsSchema(String name) throws Exception {
        JsonNode root = read(name);
        List<String> bad = new ArrayList<>();
        int count = 0;
        for (Place place : places(root)) {
            for (JsonNode example : place.schema().path("examples")) {
                count++;
                schema(root, place.pointer())
                        .validate(example)
                        .forEach(e -> bad.add(place.pointer() + " " + example + ": " + e));
            }
        }
        assertEquals(List.of(), bad);
        assertTrue(count > 20, "examples: " + count);
    }

    /// The part of a schema as a schema of its own.
    private static Schema schema(JsonNode root, String pointer) {
        ObjectNode whole = root.deepCopy();
        whole.remove("$id");
        ObjectNode part = root.at(pointer).deepCopy();
        part.set("$defs", whole.path("$defs"));
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(part);
    }
}
