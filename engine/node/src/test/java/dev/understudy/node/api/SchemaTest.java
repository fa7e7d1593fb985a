package dev.understudy.node.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What the server understands of JSON Schema, held against a whole implementation.
class SchemaTest {
    private static final Map<String, Object> RULES =
            Map.of(
                    "type",
                    "object",
                    "additionalProperties",
                    false,
                    "required",
                    List.of("name"),
                    "properties",
                    Map.of(
                            "name", Map.of("type", "string", "pattern", "^[a-z]{1,4}$"),
                            "port", Map.of("type", "integer", "minimum", 1, "maximum", 9),
                            "role", Map.of("type", "string", "enum", List.of("a", "b")),
                            "maybe", Map.of("type", List.of("integer", "null")),
                            "isOn", Map.of("type", "boolean"),
                            "list", Map.of("type", "array", "items", Map.of("type", "string")),
                            "map",
                                    Map.of(
                                            "type",
                                            "object",
                                            "minProperties",
                                            1,
                                            "maxProperties",
                                            2,
                                            "additionalProperties",
                                            Map.of("type", "string", "maxLength", 3))));

    private static final List<Object> VALUES =
            java.util.Arrays.asList(
                    null,
                    "",
                    "a",
                    "abcde",
                    "a\n",
                    "\uD83D\uDE00\uD83D\uDE00\uD83D\uDE00",
                    0,
                    1,
                    9,
                    10,
                    2.0,
                    2.5,
                    true,
                    List.of(),
                    List.of("a"),
                    List.of("a", 1),
                    Map.of(),
                    Map.of("x", "abc"),
                    Map.of("x", "abcd"),
                    Map.of("x", 1),
                    Map.of("x", "a", "y", "b", "z", "c"));

    private final Schema schema = new Schema(reference -> Map.of("type", "string"));

    private static boolean isValid(Object value) {
        return Validator.create(
                        JsonSchema.of(new JsonObject(io.vertx.core.json.Json.encode(RULES))),
                        new JsonSchemaOptions()
                                .setBaseUri("https://localhost/")
                                .setDraft(Draft.DRAFT202012))
                .validate(
                        io.vertx.core.json.Json.decodeValue(io.vertx.core.json.Json.encode(value)))
                .getValid();
    }

    @Test
    void judgesAsAWholeImplementation() {
        List<Object> bodies = new ArrayList<>(VALUES);
        for (Object value : VALUES) {
            for (String key : List.of("port", "role", "maybe", "isOn", "list", "map", "other")) {
                Map<String, Object> body = new LinkedHashMap<>(Map.of("name", "ab"));
                body.put(key, value);
                bodies.add(body);
            }
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("name", value);
            bodies.add(body);
        }
        int fitting = 0;
        for (Object body : bodies) {
            // A final line feed: Java's `$` in the other implementation lets it pass.
            if (body instanceof Map<?, ?> map && "a\n".equals(map.get("name"))) continue;
            boolean fits = schema.misfit("", body, RULES) == null;
            assertEquals(isValid(body), fits, String.valueOf(body));
            fitting += fits ? 1 : 0;
        }
        assertTrue(fitting > 10 && fitting < bodies.size() - 50, fitting + " of " + bodies.size());
    }

    @Test
    void namesThePlace() {
        assertEquals("the body lacks name", schema.misfit("", Map.of(), RULES));
        assertEquals(
                "the body may not have x", schema.misfit("", Map.of("name", "a", "x", 1), RULES));
        assertEquals(
                "map.x is longer than 3 characters",
                schema.misfit("", Map.of("name", "a", "map", Map.of("x", "abcd")), RULES));
        assertEquals(
                "list[1] is no string",
                schema.misfit("", Map.of("name", "a", "list", List.of("a", 1)), RULES));
        assertEquals("n is no string", schema.misfit("n", 1, Map.of("$ref", "#/any")));
        assertNull(schema.misfit("n", "x", Map.of("$ref", "#/any")));
    }

    @Test
    void aLineFeedAtTheEndFitsNoPattern() {
        assertEquals(
                "name does not match ^[a-z]{1,4}$",
                schema.misfit("", Map.of("name", "a\n"), RULES));
    }

    /// A rule that is not understood would let through what the document forbids.
    @Test
    void theDocumentUsesNoOtherRules() throws IOException {
        Set<String> used = new TreeSet<>();
        Map<String, Object> document = Contract.document();
        schemas(document, used);
        used.removeAll(Schema.KEYWORDS);
        assertEquals(Set.of(), used);
    }

    /// Gathers the keywords of all schemas: of `schema` keys and of components/schemas.
    private static void schemas(Object at, Set<String> used) {
        if (at instanceof List<?> list) list.forEach(one -> schemas(one, used));
        if (!(at instanceof Map<?, ?> map)) return;
        map.forEach((key, value) -> {
            if (key.equals("schema")) {
                keywords(value, used);
            } else if (key.equals("schemas")) {
                ((Map<?, ?>) value).values().forEach(one -> keywords(one, used));
            } else {
                schemas(value, used);
            }
        });
    }

    private static void keywords(Object schema, Set<String> used) {
        if (!(schema instanceof Map<?, ?> map)) return;
        map.forEach((key, value) -> {
            used.add(String.valueOf(key));
            switch (String.valueOf(key)) {
                case "properties" ->
                        ((Map<?, ?>) value).values().forEach(one -> keywords(one, used));
                case "additionalProperties", "items" -> keywords(value, used);
                default -> {}
            }
        });
    }
}
