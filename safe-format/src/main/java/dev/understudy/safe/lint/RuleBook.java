package dev.understudy.safe.lint;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Node;
import dev.understudy.safe.Severity;
import dev.understudy.safe.read.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// What `safe rule ID` tells: why a rule is there, a bad and a good example.
public final class RuleBook {
    /// A script that is not JavaScript; found by those who have an engine for it.
    public static final String SCRIPT_SYNTAX = "J004";

    private static final String FAMILIES = "AMYCJPOSLT";
    private static final Map<Character, Map<String, Entry>> READ = new ConcurrentHashMap<>();

    private RuleBook() {}

    /// The text of one rule.
    ///
    /// @param title what is wrong, in a few words
    /// @param why what happens to people who ignore it
    /// @param file the file that the examples are; empty when they are no file
    /// @param beside other files that the examples need, by path
    public record Entry(
            String id,
            Severity severity,
            String title,
            String why,
            String file,
            Map<String, String> beside,
            String bad,
            String good) {
        /// Puts an example into the module that examples are parts of.
        ///
        /// @param text `bad()` or `good()`
        public Archive example(String text) {
            Map<String, Archive.File> files = new TreeMap<>();
            boolean isManifest = file.equals("module.yaml");
            files.put("module.yaml", part("module.yaml"));
            files.put(
                    "conf/userconfig.yaml",
                    part(isManifest ? "any.userconfig.yaml" : "userconfig.yaml"));
            files.put("README.md", written("# The example module"));
            files.put("tests/start.js", part("start.js"));
            beside.forEach((path, content) -> files.put(path, written(content)));
            if (!file.isEmpty()) {
                files.put(file, written(text));
            }
            return Archive.of(files);
        }
    }

    /// Gives all rules by id, family after family.
    public static Map<String, Entry> entries() {
        Map<String, Entry> all = new LinkedHashMap<>();
        FAMILIES.chars().forEach(family -> all.putAll(family((char) family)));
        return Collections.unmodifiableMap(all);
    }

    /// Gives one rule.
    ///
    /// @param id in any case
    public static Optional<Entry> entry(String id) {
        String upper = id.toUpperCase(Locale.ROOT);
        return upper.isEmpty() || FAMILIES.indexOf(upper.charAt(0)) < 0
                ? Optional.empty()
                : Optional.ofNullable(family(upper.charAt(0)).get(upper));
    }

    /// Gives what a finding of a rule means; an error when there is no such rule.
    public static Severity severity(String id) {
        return entry(id).map(Entry::severity).orElse(Severity.ERROR);
    }

    // A family is read when it is first asked for: a run without findings needs none.
    private static Map<String, Entry> family(char family) {
        return READ.computeIfAbsent(family, RuleBook::read);
    }

    private static Map<String, Entry> read(char family) {
        List<Finding> findings = new ArrayList<>();
        Map<String, Entry> entries = new TreeMap<>();
        String name = "rules/" + family + ".yaml";
        Optional<Node.Mapping> root = YamlReader.read(name, bytes(name), findings);
        if (root.isEmpty() || !findings.isEmpty()) {
            throw new IllegalStateException(name + ": " + findings);
        }
        root.get()
                .members()
                .forEach((id, member) -> entries.put(id, entry(id, (Node.Mapping) member.value())));
        return Collections.unmodifiableMap(entries);
    }

    private static Archive.File part(String name) {
        return new Archive.File(bytes("example/" + name), false);
    }

    private static Archive.File written(String text) {
        return new Archive.File(text.getBytes(StandardCharsets.UTF_8), false);
    }

    private static byte[] bytes(String name) {
        try (InputStream in = RuleBook.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing in the program: " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Entry entry(String id, Node.Mapping m) {
        Map<String, String> beside = new TreeMap<>();
        if (m.get("beside") instanceof Node.Mapping files) {
            files.members().keySet().forEach(path -> beside.put(path, files.text(path)));
        }
        return new Entry(
                id,
                Severity.valueOf(m.text("severity").toUpperCase(Locale.ROOT)),
                m.text("title"),
                m.text("why").strip(),
                m.text("file"),
                beside,
                m.text("bad"),
                m.text("good"));
    }
}
