package dev.understudy.node.api;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/// Records as JSON: the components' names are the keys, `isUp` included.
final class Json {
    /// Numbers that change all the time and say nothing new by themselves.
    private static final List<String> RESTLESS = List.of("replication");

    private static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
                    .disable(MapperFeature.AUTO_DETECT_GETTERS)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
                    .build();

    private Json() {}

    static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("cannot write " + value.getClass(), impossible);
        }
    }

    static <T> T read(byte[] json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (java.io.IOException broken) {
            throw Problem.badRequest("the body does not fit: " + broken.getMessage(), "");
        }
    }

    /// Reads a body into maps, lists, texts, numbers, truth values and nulls.
    static Object tree(byte[] json) {
        try {
            Object tree = MAPPER.readValue(json, Object.class);
            return tree == null ? "null" : tree;
        } catch (java.io.IOException broken) {
            throw Problem.badRequest("the body is no JSON: " + broken.getMessage(), "");
        }
    }

    /// Names a state: equal as long as an operator would see nothing new.
    static String tag(ModuleState state) {
        ObjectNode tree = MAPPER.valueToTree(state);
        RESTLESS.forEach(tree::remove);
        // Times of the past are reckoned from another clock each time, and drift by milliseconds.
        JsonNode peer = tree.get("peer");
        if (peer instanceof ObjectNode object) object.remove("silentMs");
        tree.path("resources").forEach(one -> ((ObjectNode) one).remove("atMs"));
        tree.path("rules").forEach(one -> ((ObjectNode) one).remove("sinceMs"));
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(tree.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("SHA-256 is missing", impossible);
        }
    }
}
