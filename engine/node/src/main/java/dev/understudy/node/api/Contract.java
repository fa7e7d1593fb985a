package dev.understudy.node.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// The API's document as the server uses it: which operation a call is for, and whether the call
/// fits. Pure but for [#load].
///
/// Reads what of OpenAPI 3.1 the document uses and no more; a test holds the document to that, and
/// another one compares the answers with a whole implementation.
final class Contract {
    private static final String FILE = "openapi.yaml";
    private static final String BASE = "/api/v1";

    private final Map<String, Object> document;
    private final Schema schema;
    private final List<Operation> operations = new ArrayList<>();

    /// What an operation takes.
    ///
    /// @param path below `/api/v1`, cut at the slashes; `{name}` stands for any segment
    /// @param role the document's x-role
    /// @param parameters of path and query
    /// @param body media type and schema; null = takes none
    record Operation(
            String id,
            String method,
            List<String> path,
            String role,
            List<Parameter> parameters,
            @Nullable Body body) {
        /// The path as the document has it.
        String text() {
            return BASE + "/" + String.join("/", path);
        }
    }

    /// @param isInPath else in the query
    record Parameter(String name, boolean isInPath, boolean isRequired, Object schema) {}

    /// @param schema null = bytes of any kind
    record Body(String mediaType, @Nullable Object schema) {}

    /// An operation, and the segments of the call's path that stand for its parameters.
    record Match(Operation operation, Map<String, String> segments) {}

    private Contract(Map<String, Object> document) {
        this.document = document;
        this.schema = new Schema(this::resolve);
        map(document.get("paths")).forEach((path, item) -> read(path, map(item)));
    }

    /// Reads the document out of the program.
    static Contract load() throws IOException {
        return new Contract(document());
    }

    /// The document as maps, lists, texts and numbers.
    static Map<String, Object> document() throws IOException {
        try (InputStream in = Contract.class.getResourceAsStream(FILE)) {
            if (in == null) throw new IOException(FILE + " is missing");
            LoaderOptions options = new LoaderOptions();
            options.setMaxAliasesForCollections(0);
            return new Yaml(new SafeConstructor(options)).load(in);
        }
    }

    private void read(String path, Map<String, Object> item) {
        List<String> segments = List.of(path.substring(1).split("/", -1));
        List<Parameter> shared = parameters(item.get("parameters"));
        item.forEach((key, value) -> {
            if (key.equals("parameters")) return;
            Map<String, Object> operation = map(value);
            List<Parameter> all = new ArrayList<>(shared);
            all.addAll(parameters(operation.get("parameters")));
            operations.add(
                    new Operation(
                            String.valueOf(operation.get("operationId")),
                            key.toUpperCase(java.util.Locale.ROOT),
                            segments,
                            String.valueOf(operation.get("x-role")),
                            List.copyOf(all),
                            body(operation.get("requestBody"))));
        });
    }

    private static List<Parameter> parameters(@Nullable Object given) {
        List<Parameter> all = new ArrayList<>();
        if (given instanceof List<?> list) {
            for (Object one : list) {
                Map<String, Object> parameter = map(one);
                all.add(
                        new Parameter(
                                String.valueOf(parameter.get("name")),
                                "path".equals(parameter.get("in")),
                                Boolean.TRUE.equals(parameter.get("required")),
                                map(parameter.get("schema"))));
            }
        }
        return all;
    }

    private static @Nullable Body body(@Nullable Object given) {
        if (given == null) return null;
        Map.Entry<String, Object> content =
                map(map(given).get("content")).entrySet().iterator().next();
        return new Body(content.getKey(), map(content.getValue()).get("schema"));
    }

    private Object resolve(String reference) {
        Object at = document;
        for (String key : reference.substring("#/".length()).split("/", -1)) {
            at = map(at).get(key);
        }
        return map(at);
    }

    @SuppressWarnings("unchecked") // keys of the document are texts: a test reads it all
    private static Map<String, Object> map(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) return (Map<String, Object>) map;
        throw new IllegalStateException("the API's document has no map where one belongs");
    }

    /// All operations in the document's order.
    List<Operation> operations() {
        return operations;
    }

    /// Finds the operation that a call is for; one without parameters goes before one with.
    ///
    /// @param path as the request has it, percent-encoded
    /// @return null if there is none
    @Nullable Match find(String method, String path) {
        List<String> words = segments(path);
        Match found = null;
        for (Operation operation : operations) {
            if (!operation.method().equals(method)) continue;
            Map<String, String> segments = match(operation.path(), words);
            if (segments != null && (found == null || segments.size() < found.segments().size())) {
                found = new Match(operation, segments);
            }
        }
        return found;
    }

    /// Decoded one by one, so that an encoded slash ends no segment; empty if it is no path of
    /// ours.
    private static List<String> segments(String path) {
        if (!path.startsWith(BASE + "/")) return List.of();
        List<String> words = new ArrayList<>();
        for (String word : path.substring(BASE.length() + 1).split("/", -1)) {
            try {
                words.add(URLDecoder.decode(word.replace("+", "%2B"), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException broken) {
                return List.of();
            }
        }
        return words;
    }

    private static @Nullable Map<String, String> match(List<String> path, List<String> words) {
        if (path.size() != words.size()) return null;
        Map<String, String> segments = new LinkedHashMap<>();
        for (int i = 0; i < path.size(); i++) {
            String key = path.get(i);
            if (key.startsWith("{")) {
                segments.put(key.substring(1, key.length() - 1), words.get(i));
            } else if (!key.equals(words.get(i))) {
                return null;
            }
        }
        return segments;
    }

    /// Checks the parameters of a call.
    ///
    /// @param query the first value of each parameter of the query
    /// @return texts and, where the document says integer, longs
    /// @throws Problem.Refused 400 with the parameter's name
    Map<String, Object> parameters(Match match, Map<String, String> query) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Parameter parameter : match.operation().parameters()) {
            String name = parameter.name();
            String text = parameter.isInPath() ? match.segments().get(name) : query.get(name);
            if (text == null || text.isEmpty()) {
                if (parameter.isRequired()) throw misfit(name + " is missing");
                continue;
            }
            Object value = schema.isInteger(parameter.schema()) ? number(name, text) : text;
            check(name, value, parameter.schema());
            values.put(name, value);
        }
        return values;
    }

    private static Object number(String name, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException noNumber) {
            throw misfit(name + " is no whole number");
        }
    }

    /// Checks the body of a call.
    ///
    /// @param body of maps, lists, texts, numbers, truth values and nulls
    /// @throws Problem.Refused 400 with the place in the body
    void requireFit(Body kind, Object body) {
        if (kind.schema() != null) check("", body, kind.schema());
    }

    private void check(String place, @Nullable Object value, Object rules) {
        String problem = schema.misfit(place, value, rules);
        if (problem != null) throw misfit(problem);
    }

    /// A call that does not fit the document.
    static Problem.Refused misfit(String text) {
        return Problem.badRequest(text, "see the API's document, openapi.yaml");
    }
}
