package dev.understudy.safe.lint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.Finding;
import dev.understudy.safe.read.Modules;
import dev.understudy.safe.read.SafeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class RuleBookTest {
    /// The bad example is found and the good one is not, so the book tells the truth.
    @TestFactory
    Stream<DynamicTest> examplesAreAsTheRuleSays() {
        return RuleBook.entries().values().stream()
                .filter(e -> !e.file().isEmpty())
                .map(e -> DynamicTest.dynamicTest(e.id(), () -> check(e)));
    }

    private static void check(RuleBook.Entry entry) {
        List<Finding> bad = lint(entry.file(), entry.bad());
        assertTrue(
                bad.stream().anyMatch(f -> f.id().equals(entry.id())),
                () -> "not found in: " + bad);
        assertTrue(
                bad.stream()
                        .filter(f -> f.id().equals(entry.id()))
                        .allMatch(f -> f.severity() == entry.severity()),
                () -> "another severity: " + bad);
        List<Finding> good = lint(entry.file(), entry.good());
        assertFalse(good.stream().anyMatch(f -> f.id().equals(entry.id())), () -> "found: " + good);
    }

    private static List<Finding> lint(String path, String text) {
        return Linter.lint(SafeReader.of(Modules.archive(path, text)));
    }

    @Test
    void theSmallModuleHasNoFindings() {
        assertEquals(List.of(), Linter.lint(SafeReader.of(Modules.archive())));
    }

    @Test
    void everyIdInTheSourcesIsInTheBook() throws IOException {
        TreeSet<String> ids = new TreeSet<>();
        Pattern literal = Pattern.compile("\"([AMYCJPO][0-9]{3})[\" ]");
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Matcher m = literal.matcher(Files.readString(file));
                while (m.find()) {
                    ids.add(m.group(1));
                }
            }
        }
        for (String family : List.of("M", "C")) {
            ids.addAll(List.of(family + "002", family + "003", family + "004", family + "012"));
        }
        assertEquals(ids, RuleBook.entries().keySet());
    }
}
