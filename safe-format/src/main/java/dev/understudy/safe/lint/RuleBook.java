package dev.understudy.safe.lint;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Node;
import dev.understudy.safe.Severity;
import dev.understudy.safe.read.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What `safe rule ID` tells: why a rule is there, a bad and a good example.
public final class RuleBook {
    /// A script that is not JavaScript; found by those who have an engine for it.
    public static final String SCRIPT_SYNTAX = "J004";

    /// An import of something that the module `safe` does not have; found by who knows its names.
    public static final String UNKNOWN_EXPORT = "J005";

    private static final String RESOURCE = "/dev/understudy/safe/lint/rules.yaml";
    private static final Map<String, Entry> ENTRIES = read();

    private RuleBook() {}

    /// The text of one rule.
    ///
    /// @param title what is wrong, in a few words
    /// @param why what happens to people who ignore it
    /// @param file the file that the examples are; empty when they are no file
    public record Entry(
            String id,
            Severity severity,
            String title,
            String why,
            String file,
            String bad,
            String good) {}

    /// Gives all rules by id.
    public static Map<String, Entry> entries() {
        return ENTRIES;
    }

    /// Gives one rule.
    ///
    /// @param id in any case
    public static Optional<Entry> entry(String id) {
        return Optional.ofNullable(ENTRIES.get(id.toUpperCase(Locale.ROOT)));
    }

    static Severity severity(String id) {
        Entry entry = ENTRIES.get(id);
        return entry == null ? Severity.ERROR : entry.severity();
    }

    private static Map<String, Entry> read() {
        List<Finding> findings = new ArrayList<>();
        Map<String, Entry> entries = new TreeMap<>();
        Optional<Node.Mapping> root;
        try (InputStream in = RuleBook.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("missing in the program: " + RESOURCE);
            }
            root = YamlReader.read("rules.yaml", in.readAllBytes(), findings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (root.isEmpty() || !findings.isEmpty()) {
            throw new IllegalStateException("rules.yaml: " + findings);
        }
        root.get()
                .members()
                .forEach((id, member) -> entries.put(id, entry(id, (Node.Mapping) member.value())));
        return Collections.unmodifiableMap(entries);
    }

    private static Entry entry(String id, Node.Mapping m) {
        Severity severity = Severity.valueOf(m.text("severity").toUpperCase(Locale.ROOT));
        return new Entry(
                id,
                severity,
                m.text("title"),
                m.text("why").strip(),
                m.text("file"),
                m.text("bad"),
                m.text("good"));
    }
}
