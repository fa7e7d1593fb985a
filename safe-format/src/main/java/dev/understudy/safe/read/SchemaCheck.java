package dev.understudy.safe.read;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Node;
import dev.understudy.safe.Position;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/// Holds a file against its JSON Schema and says what differs in words, with places.
final class SchemaCheck {
    private static final SchemaCheck MODULE = new SchemaCheck("module", 'M');
    private static final SchemaCheck USERCONFIG = new SchemaCheck("userconfig", 'C');

    private final Schema schema;
    private final JsonNode schemaTree;
    private final char family;

    private SchemaCheck(String name, char family) {
        this.family = family;
        String resource = "/dev/understudy/safe/schema/" + name + ".schema.json";
        try (InputStream in = SchemaCheck.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("missing in the program: " + resource);
            }
            schemaTree = new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        schema =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(schemaTree);
    }

    /// Checks `module.yaml`.
    static List<Finding> module(Node.Mapping root) {
        return MODULE.check(root);
    }

    /// Checks `conf/userconfig.yaml` with its references replaced.
    static List<Finding> userConfig(Node.Mapping root) {
        return USERCONFIG.check(root);
    }

    private List<Finding> check(Node.Mapping root) {
        List<Finding> findings = new ArrayList<>();
        Set<Position> unknown = new HashSet<>();
        Set<String> seen = new HashSet<>();
        for (Error error : schema.validate(json(root))) {
            if (isInsideOneOf(error)) {
                continue; // "none of the branches" says it better than each of them
            }
            Finding finding = finding(root, error);
            if (finding.id().endsWith("012")) {
                unknown.add(finding.position());
            }
            if (seen.add(finding.position() + finding.text())) {
                findings.add(finding);
            }
        }
        findings.removeIf(f -> f.id().endsWith("004") && unknown.contains(f.position()));
        findings.sort(Resolver.IN_FILE_ORDER);
        return findings;
    }

    private Finding finding(Node.Mapping root, Error error) {
        Node at = walk(root, error.getInstanceLocation());
        String keyword = error.getKeyword();
        String property = error.getProperty() == null ? "" : error.getProperty();
        return switch (keyword) {
            case "additionalProperties" -> unknown(error, at, property);
            case "required" -> missing(error, at, property);
            case "propertyNames" -> badKey(error, at, property);
            default -> wrong(error, at);
        };
    }

    private Finding unknown(Error error, Node at, String property) {
        List<String> known = names(owner(error).path("properties"));
        Position place = at instanceof Node.Mapping m ? m.keyPosition(property) : at.position();
        String near = Nearest.of(property, known);
        String hint =
                near.isEmpty()
                        ? "known here: " + String.join(", ", known)
                        : "did you mean '" + near + "'?";
        boolean isFree = at instanceof Node.Mapping m && m.get(near) == null;
        return Finding.error(
                        family + "012",
                        place,
                        "property '%s' is not known".formatted(Names.printable(property)),
                        hint)
                .mendedBy(
                        near.isEmpty() || !isFree
                                ? null
                                : new Finding.Edit(place, property.length(), near));
    }

    private Finding missing(Error error, Node at, String property) {
        String what = description(ownerPath(error), property);
        String remedy = what.isEmpty() ? "add it" : "add it: " + what;
        return Finding.error(
                family + "002",
                at.position(),
                "property '%s' is missing".formatted(property),
                remedy);
    }

    private String description(String ownerPath, String property) {
        // A branch of a type asks for it; the object around the branches describes it.
        String object = ownerPath.replaceAll("/allOf/[0-9]+/then$|/(then|else)$", "");
        JsonNode owner =
                schemaTree.at(JsonPointer.compile(object)).path("properties").path(property);
        String reference = owner.path("$ref").asText("");
        JsonNode target =
                reference.isEmpty()
                        ? owner
                        : schemaTree.at(JsonPointer.compile(reference.substring(1)));
        return target.path("description").asText("");
    }

    private Finding badKey(Error error, Node at, String property) {
        Position place = at instanceof Node.Mapping m ? m.keyPosition(property) : at.position();
        JsonNode rule = owner(error).path("propertyNames");
        if (rule.has("enum")) {
            List<String> allowed = texts(rule.path("enum"));
            String type = at instanceof Node.Mapping m ? m.text("type") : "";
            String where = type.isEmpty() ? "here" : "for type '" + type + "'";
            return Finding.error(
                    family + "004",
                    place,
                    "property '%s' is not used %s".formatted(Names.printable(property), where),
                    "used " + where + ": " + String.join(", ", allowed));
        }
        return Finding.error(
                family + "003",
                place,
                "'%s' is not allowed as a name".formatted(Names.printable(property)),
                "use lower case letters, digits and '-', a letter first");
    }

    private Finding wrong(Error error, Node at) {
        JsonNode owner = owner(error);
        String expected = owner.path("description").asText("");
        String found =
                switch (at) {
                    case Node.Scalar s when s.value() == null -> "nothing";
                    case Node.Scalar s -> "'" + shorten(s.text()) + "'";
                    case Node.Sequence _ -> "a list";
                    case Node.Mapping _ -> "a mapping";
                };
        String text =
                switch (error.getKeyword()) {
                    case "maxItems", "maxProperties" ->
                            "too many entries, at most " + error.getSchemaNode().asText();
                    case "minItems" -> "the list is empty";
                    case "uniqueItems" -> "an entry is there twice";
                    default ->
                            "expected "
                                    + (expected.isEmpty() ? error.getMessage() : expected)
                                    + ", found "
                                    + found;
                };
        return Finding.error(family + "003", at.position(), text, quoteHint(owner, at));
    }

    // `version: 1.0` and `name: 15` are numbers to YAML although people mean text.
    private static String quoteHint(JsonNode owner, Node at) {
        if (!(at instanceof Node.Scalar s)
                || !(s.value() instanceof Number)
                || !owner.path("type").asText().equals("string")
                || !Pattern.compile(owner.path("pattern").asText("")).matcher(s.text()).find()) {
            return "";
        }
        return "put it in quotes: '" + s.text() + "'";
    }

    private static String shorten(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.length() > 60 ? line.substring(0, 60) + "…" : line;
    }

    private static boolean isInsideOneOf(Error error) {
        return error.getEvaluationPath().contains("oneOf") && !error.getKeyword().equals("oneOf");
    }

    // The schema object that holds the failed keyword.
    private JsonNode owner(Error error) {
        return schemaTree.at(JsonPointer.compile(ownerPath(error)));
    }

    private static String ownerPath(Error error) {
        NodePath fragment = error.getSchemaLocation().getFragment();
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < fragment.getNameCount() - 1; i++) {
            path.append('/').append(fragment.getElement(i));
        }
        return path.toString();
    }

    private static Node walk(Node root, NodePath location) {
        Node node = root;
        for (int i = 0; i < location.getNameCount(); i++) {
            Object step = location.getElement(i);
            Node next =
                    switch (node) {
                        case Node.Mapping m -> m.get(step.toString());
                        case Node.Sequence s -> s.items().get(((Number) step).intValue());
                        case Node.Scalar _ -> null;
                    };
            if (next == null) {
                return node;
            }
            node = next;
        }
        return node;
    }

    private static List<String> names(JsonNode object) {
        return object.propertyStream().map(java.util.Map.Entry::getKey).toList();
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
    }

    private static JsonNode json(Node node) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        return switch (node) {
            case Node.Mapping m -> {
                ObjectNode object = make.objectNode();
                m.members().forEach((key, member) -> object.set(key, json(member.value())));
                yield object;
            }
            case Node.Sequence s -> {
                ArrayNode array = make.arrayNode();
                s.items().forEach(item -> array.add(json(item)));
                yield array;
            }
            case Node.Scalar s ->
                    switch (s.value()) {
                        case Long n -> make.numberNode(n);
                        case Double n -> make.numberNode(n);
                        case null -> make.nullNode();
                        default -> make.textNode(s.text());
                    };
        };
    }
}
