package dev.understudy.tests.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Holds every file to the size a person can read and every promise to being kept.
class TidyTest {
    private static final int FILE_LINES_MAX = 800;
    private static final int METHOD_LINES_MAX = 70;
    private static final long FILE_BYTES_MAX = 1 << 20;

    /// Methods that are longer for a reason, with the length they may have. Entries only ever
    /// shrink or go.
    private static final Map<String, Long> LONG_METHODS = Map.of();

    private static final Pattern LEFT_OPEN =
            Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b");

    /// Places of one machine and of the way this was made have no business in the project.
    private static final Pattern FOREIGN =
            Pattern.compile("(/wo" + "rk/|work" + "tree|shared/(design|refer" + "ence|bench))");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)\\s]*)?\\)");

    private static final Pattern TAG = Pattern.compile("@Tag\\(\"(\\w+)\"\\)");

    @Test
    void noFileIsTooLarge() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : Project.files()) {
            if (Files.size(file) > FILE_BYTES_MAX) {
                found.add(Project.name(file) + ": " + Files.size(file) + " bytes");
            }
            Project.text(file)
                    .map(text -> text.lines().count())
                    .filter(lines -> lines > FILE_LINES_MAX)
                    .ifPresent(lines -> found.add(Project.name(file) + ": " + lines + " lines"));
        }
        assertEquals(List.of(), found, "files over " + FILE_LINES_MAX + " lines or 1 MiB");
    }

    @Test
    void noMethodIsTooLong() throws IOException {
        List<Path> sources =
                Project.files().stream()
                        .filter(file -> file.toString().endsWith(".java"))
                        .filter(file -> !file.endsWith("module-info.java"))
                        .toList();
        Map<String, Long> found =
                new TreeMap<>(MethodLengths.longerThan(METHOD_LINES_MAX, sources));
        found.entrySet()
                .removeIf(
                        entry -> entry.getValue() <= LONG_METHODS.getOrDefault(entry.getKey(), 0L));
        assertEquals(Map.of(), found, "methods over " + METHOD_LINES_MAX + " lines");
    }

    @Test
    void nothingIsLeftOpen() {
        assertEquals(List.of(), lines(LEFT_OPEN), "finish it or write an issue");
    }

    @Test
    void filesSpeakOfTheProjectAlone() {
        assertEquals(List.of(), lines(FOREIGN), "paths of one machine");
    }

    @Test
    void relativeLinksResolve() {
        List<String> found = new ArrayList<>();
        for (Path file : Project.files()) {
            if (!file.toString().endsWith(".md")) {
                continue;
            }
            Matcher link = LINK.matcher(Project.text(file).orElse(""));
            while (link.find()) {
                String target = link.group(1);
                if (!target.contains(":") && !Files.exists(file.resolveSibling(target))) {
                    found.add(Project.name(file) + " -> " + target);
                }
            }
        }
        assertEquals(List.of(), found, "links that lead nowhere");
    }

    /// What no part of `tools/test` selects would be run by nobody.
    @Test
    void everyIntegrationTestBelongsToAPart() {
        String parts = Project.text(Project.root().resolve("tools/test")).orElse("");
        List<String> found = new ArrayList<>();
        for (Path file : Project.files()) {
            if (!file.toString().endsWith("IT.java")) {
                continue;
            }
            List<String> tags =
                    TAG.matcher(Project.text(file).orElse(""))
                            .results()
                            .map(tag -> tag.group(1))
                            .toList();
            if (tags.size() != 1 || !parts.contains("integration_tests " + tags.getFirst())) {
                found.add(Project.name(file) + ": " + tags);
            }
        }
        assertEquals(List.of(), found, "needs one @Tag with a name that tools/test selects");
    }

    private static List<String> lines(Pattern pattern) {
        List<String> found = new ArrayList<>();
        for (Path file : Project.files()) {
            int number = 0;
            for (String line : Project.text(file).orElse("").lines().toList()) {
                number++;
                if (pattern.matcher(line).find()) {
                    found.add(Project.name(file) + ":" + number + ": " + line.strip());
                }
            }
        }
        return found;
    }
}
