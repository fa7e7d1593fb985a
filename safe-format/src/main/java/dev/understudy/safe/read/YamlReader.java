package dev.understudy.safe.read;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Node;
import dev.understudy.safe.Position;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingEndEvent;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceEndEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/// Reads the YAML of modules: one document, the core schema, no tags, anchors, aliases or merges.
///
/// SnakeYAML gives the events; values are made here, because its own YAML 1.1 rules read `010` as 8
/// and `no` as false. Size and depth are limited before and while it parses, so that a hostile file
/// costs milliseconds.
public final class YamlReader {
    /// Largest file in bytes.
    public static final int BYTES_MAX = 256 << 10;

    /// Deepest nesting of lists and mappings.
    public static final int DEPTH_MAX = 32;

    private static final int NUMBER_CHARS_MAX = 18;
    private static final Pattern NULL = Pattern.compile("~|null|Null|NULL|");
    private static final Pattern BOOL = Pattern.compile("true|True|TRUE|false|False|FALSE");
    private static final Pattern INT = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern ODD_INT = Pattern.compile("[-+]?0[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
    private static final Pattern FLOAT =
            Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

    private final String path;
    private final String[] lines;
    private final List<Finding> findings;
    private final Iterator<Event> events;
    private int depth;

    private YamlReader(String path, String text, List<Finding> findings) {
        this.path = path;
        this.lines = text.split("\r?\n", -1);
        this.findings = findings;
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(BYTES_MAX);
        ParserImpl parser = new ParserImpl(new StreamReader(text), options);
        this.events =
                new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return parser.peekEvent() != null;
                    }

                    @Override
                    public Event next() {
                        return parser.getEvent();
                    }
                };
    }

    /// Reads a file whose root must be a mapping.
    ///
    /// @param path for positions
    /// @param findings receives what is wrong
    /// @return empty when there is no mapping to go on with
    public static Optional<Node.Mapping> read(String path, byte[] bytes, List<Finding> findings) {
        if (bytes.length > BYTES_MAX) {
            String text =
                    "%d bytes are more than the %d allowed".formatted(bytes.length, BYTES_MAX);
            findings.add(Finding.error("Y002", Position.file(path), text, "shorten the file"));
            return Optional.empty();
        }
        Optional<String> text = decode(path, bytes, findings);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        int before = findings.size();
        Node root;
        try {
            root = new YamlReader(path, text.get(), findings).document();
        } catch (Refused e) {
            findings.add(e.finding);
            return Optional.empty();
        } catch (MarkedYAMLException e) {
            findings.add(syntax(path, text.get(), e));
            return Optional.empty();
        } catch (YAMLException e) {
            String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            findings.add(Finding.error("Y001", Position.file(path), message, ""));
            return Optional.empty();
        }
        if (root instanceof Node.Mapping mapping) {
            return Optional.of(mapping);
        }
        if (findings.size() == before) {
            Position at = root.position();
            findings.add(
                    Finding.error(
                            "Y008",
                            at,
                            "the file is not a mapping",
                            "begin with a key such as format: 1"));
        }
        return Optional.empty();
    }

    private static Optional<String> decode(String path, byte[] bytes, List<Finding> findings) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            String what = "the file is not UTF-8 text";
            findings.add(Finding.error("Y006", Position.file(path), what, "save it as UTF-8"));
            return Optional.empty();
        }
        int line = 1;
        int column = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isForbidden(c) || (c == '\r' && !text.startsWith("\r\n", i))) {
                String what = "character U+%04X is not allowed".formatted((int) c);
                Position at = new Position(path, line, column);
                findings.add(
                        Finding.error(
                                "Y006",
                                at,
                                what,
                                "remove it, or write it as an escape in double quotes"));
                return Optional.empty();
            }
            column = c == '\n' ? 1 : column + 1;
            line += c == '\n' ? 1 : 0;
        }
        return Optional.of(text);
    }

    // What editors and parsers count differently as line ends, byte order marks, and control
    // characters. Bidirectional overrides let a file look other than it is (CVE-2021-42574).
    private static boolean isForbidden(char c) {
        return (c < ' ' && c != '\n' && c != '\r' && c != '\t')
                || (c >= 0x7f && c <= 0x9f)
                || c == '\u2028'
                || c == '\u2029'
                || c == '\ufeff'
                || (c >= '\u202a' && c <= '\u202e')
                || (c >= '\u2066' && c <= '\u2069');
    }

    private static Finding syntax(String path, String text, MarkedYAMLException e) {
        Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
        String problem = e.getProblem() == null ? "this is not YAML" : e.getProblem();
        String line = problem.lines().findFirst().orElse(problem);
        if (mark == null) {
            return Finding.error("Y001", Position.file(path), line, "");
        }
        String hint =
                line.contains("'\\t'")
                        ? "indent with spaces"
                        : "look at the quotes, the colons and the indentation of this line and the one before";
        return Finding.error("Y001", position(path, text.split("\r?\n", -1), mark), line, hint);
    }

    private Node document() {
        events.next(); // stream start
        if (events.next().is(Event.ID.StreamEnd)) {
            return new Node.Scalar(new Position(path, 1, 1), null, "");
        }
        Node root = node(events.next());
        events.next(); // document end
        Event end = events.next();
        if (!end.is(Event.ID.StreamEnd)) {
            throw refuse(
                    "Y008", end, "a second document begins here", "keep one document in a file");
        }
        return root;
    }

    private Node node(Event event) {
        refuseDecoration(event);
        return switch (event) {
            case ScalarEvent scalar -> scalar(scalar);
            case SequenceStartEvent _ -> sequence(event);
            case MappingStartEvent _ -> mapping(event);
            default -> throw refuse("Y001", event, "a value is missing here", "");
        };
    }

    private void refuseDecoration(Event event) {
        if (event instanceof AliasEvent) {
            throw refuse("Y003", event, "an alias (*) is not allowed", "write the value out");
        }
        if (event instanceof NodeEvent node && node.getAnchor() != null) {
            throw refuse("Y003", event, "an anchor (&) is not allowed", "remove it");
        }
        String tag =
                switch (event) {
                    case ScalarEvent scalar -> scalar.getTag();
                    case SequenceStartEvent start -> start.getTag();
                    case MappingStartEvent start -> start.getTag();
                    default -> null;
                };
        if (tag != null) {
            throw refuse(
                    "Y003",
                    event,
                    "a tag (!) is not allowed",
                    "remove it; quote the value if it begins with '!'");
        }
    }

    private Node sequence(Event start) {
        enter(start);
        List<Node> items = new ArrayList<>();
        Event event = events.next();
        while (!(event instanceof SequenceEndEvent)) {
            items.add(node(event));
            event = events.next();
        }
        depth--;
        return new Node.Sequence(position(start), items);
    }

    private Node mapping(Event start) {
        enter(start);
        Map<String, Node.Member> members = new LinkedHashMap<>();
        Event event = events.next();
        while (!(event instanceof MappingEndEvent)) {
            String key = key(event);
            Node value = node(events.next());
            Position at = position(event);
            Node.Member first = members.putIfAbsent(key, new Node.Member(at, value));
            if (first != null) {
                String text =
                        "key '%s' is there twice; the first is in line %d"
                                .formatted(key, first.keyPosition().line());
                findings.add(Finding.error("Y004", at, text, "remove one"));
            }
            event = events.next();
        }
        depth--;
        return new Node.Mapping(position(start), members);
    }

    private String key(Event event) {
        refuseDecoration(event);
        if (!(event instanceof ScalarEvent scalar)) {
            throw refuse("Y008", event, "a key must be a plain word", "");
        }
        String key = scalar.getValue();
        if (key.equals("<<") && scalar.getScalarStyle() == ScalarStyle.PLAIN) {
            throw refuse("Y003", event, "a merge (<<) is not allowed", "write the keys out");
        }
        return key;
    }

    private Node scalar(ScalarEvent event) {
        String text = event.getValue();
        Position at = position(event);
        if (event.getScalarStyle() != ScalarStyle.PLAIN) {
            return new Node.Scalar(at, text, text);
        }
        Object value = plain(text, at);
        return new Node.Scalar(at, value, value instanceof String word ? word : text);
    }

    private @Nullable Object plain(String text, Position at) {
        if (NULL.matcher(text).matches()) {
            return null;
        }
        if (BOOL.matcher(text).matches()) {
            String word = text.toLowerCase(java.util.Locale.ROOT).equals("true") ? "on" : "off";
            String remedy =
                    "write %s; for the text itself write '%s' in quotes".formatted(word, text);
            findings.add(
                    Finding.error("Y005", at, "'" + text + "' is not a word of this format", remedy)
                            .mendedBy(new Finding.Edit(at, text.length(), word)));
            return word; // as meant: no second finding for it
        }
        boolean isInt = INT.matcher(text).matches();
        if (ODD_INT.matcher(text).matches()) {
            String remedy = "write a decimal number, or the text in quotes";
            findings.add(
                    Finding.error(
                            "Y007",
                            at,
                            "'" + text + "' may be read as a number or as text",
                            remedy));
            return text;
        }
        if (isInt || FLOAT.matcher(text).matches()) {
            if (text.length() > NUMBER_CHARS_MAX) {
                findings.add(
                        Finding.error(
                                "Y007",
                                at,
                                "a number of more than 18 digits",
                                "quote it if it is text"));
                return text;
            }
            return isInt
                    ? (Object) Long.valueOf(text.startsWith("+") ? text.substring(1) : text)
                    : Double.valueOf(text);
        }
        return text;
    }

    private void enter(Event event) {
        if (++depth > DEPTH_MAX) {
            throw refuse("Y002", event, "nested more than " + DEPTH_MAX + " deep", "");
        }
    }

    private Refused refuse(String id, Event event, String text, String remedy) {
        return new Refused(Finding.error(id, position(event), text, remedy));
    }

    private Position position(Event event) {
        return position(path, lines, event.getStartMark());
    }

    private static Position position(String path, String[] lines, Mark mark) {
        // Marks count code points; people's editors and SARIF count UTF-16 units.
        int line = mark.getLine();
        String text = line < lines.length ? lines[line] : "";
        int points = Math.min(mark.getColumn(), text.codePointCount(0, text.length()));
        return new Position(path, line + 1, text.offsetByCodePoints(0, points) + 1);
    }

    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Finding finding;

        Refused(Finding finding) {
            super(finding.text(), null, false, false);
            this.finding = finding;
        }
    }
}
