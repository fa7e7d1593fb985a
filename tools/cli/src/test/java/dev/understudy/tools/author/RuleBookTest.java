package dev.understudy.tools.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.lint.RuleBook;
import dev.understudy.safe.read.SafeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The book of rules tells the truth, because its examples are linted.
class RuleBookTest {
    private static final List<String> SOURCES =
            List.of(
                    "../../safe-format/src/main/java",
                    "../../scripts-js/src/main/java",
                    "src/main/java");

    @TestFactory
    Stream<DynamicTest> badExamplesHaveExactlyThatFinding() {
        return RuleBook.entries().values().stream()
                .filter(e -> !e.file().isEmpty())
                .map(e -> DynamicTest.dynamicTest(e.id(), () -> check(e)));
    }

    private static void check(RuleBook.Entry entry) {
        List<Finding> bad = lint(entry.example(entry.bad()));
        assertEquals(Set.of(entry.id()), ids(bad), bad::toString);
        assertTrue(
                bad.stream().allMatch(f -> f.severity() == entry.severity()),
                () -> "another severity: " + bad);
        List<Finding> good = lint(entry.example(entry.good()));
        assertFalse(ids(good).contains(entry.id()), good::toString);
        assertFalse(Finding.anyError(good), good::toString);
    }

    private static Set<String> ids(Collection<Finding> findings) {
        Set<String> ids = new TreeSet<>();
        findings.forEach(f -> ids.add(f.id()));
        return ids;
    }

    private static List<Finding> lint(Archive archive) {
        return new Source("", archive, SafeReader.of(archive)).lint();
    }

    /// Rules whose examples are no file: each is fired by a module made for it.
    @TestFactory
    Stream<DynamicTest> allOthersFireToo() {
        return RuleBook.entries().values().stream()
                .filter(e -> e.file().isEmpty())
                .map(e ->
                        DynamicTest.dynamicTest(
                                e.id(),
                                () -> {
                                    Set<String> ids = ids(Cases.of(e.id()));
                                    assertEquals(Set.of(e.id()), ids);
                                }));
    }

    @Test
    void theExampleModuleHasNoFindings() {
        RuleBook.Entry any = RuleBook.entry("C002").orElseThrow();
        Archive archive =
                new RuleBook.Entry("", any.severity(), "", "", "", java.util.Map.of(), "", "")
                        .example("");
        assertEquals(List.of(), lint(archive));
    }

    @Test
    void thereAreRulesOfAllFamilies() {
        Set<String> families = new TreeSet<>();
        RuleBook.entries().keySet().forEach(id -> families.add(id.substring(0, 1)));
        assertEquals(Set.copyOf(List.of("AMYCJPOSLT".split(""))), families);
        assertTrue(RuleBook.entries().size() >= 60);
    }

    @Test
    void everyIdInTheSourcesIsInTheBookAndTheOtherWayRound() throws IOException {
        TreeSet<String> ids = new TreeSet<>();
        Pattern literal = Pattern.compile("\"([AMYCJPOSLT][0-9]{3})[\" ]");
        for (String root : SOURCES) {
            try (Stream<Path> files = Files.walk(Path.of(root))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Matcher m = literal.matcher(Files.readString(file));
                    while (m.find()) {
                        ids.add(m.group(1));
                    }
                }
            }
        }
        for (String family : List.of("M", "C")) {
            ids.addAll(List.of(family + "002", family + "003", family + "004", family + "012"));
        }
        assertEquals(new TreeSet<>(RuleBook.entries().keySet()), ids);
    }
}
