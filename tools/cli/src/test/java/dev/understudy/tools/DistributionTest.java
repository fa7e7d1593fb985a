package dev.understudy.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// What lies in the distribution beside the programs.
@EnabledIfSystemProperty(named = "dist", matches = ".+")
class DistributionTest {
    private static final Path DIST = Path.of(System.getProperty("dist", ""));

    private static TreeSet<String> names(String folder) throws IOException {
        return names(DIST.resolve(folder));
    }

    private static TreeSet<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> String.valueOf(file.getFileName()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static String safe(String... arguments) {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out, true);
        assertEquals(0, Safe.run(writer, writer, arguments), out::toString);
        writer.flush();
        return out.toString();
    }

    @Test
    void manualPagesAreThoseOfItsCommands(@TempDir Path folder) throws IOException {
        safe("man", folder.toString());
        assertEquals(names(folder), names("share/man/man1"));
        for (String page : names(folder)) {
            assertEquals(
                    Files.readString(folder.resolve(page)),
                    Files.readString(DIST.resolve("share/man/man1").resolve(page)));
        }
    }

    @Test
    void theShellCompletesEveryCommand() throws IOException {
        assertEquals(
                safe("completion"),
                Files.readString(DIST.resolve("share/bash-completion/completions/safe")));
    }

    @Test
    void schemasForEditorsAreThere() throws IOException {
        assertEquals(
                new TreeSet<>(List.of("module.schema.json", "userconfig.schema.json")),
                names("share/schema"));
    }

    @Test
    void theInspectorIsOnNoClassPathButItsOwn() throws IOException {
        TreeSet<String> debug = names("lib/debug");
        assertTrue(
                debug.stream().anyMatch(n -> n.startsWith("chromeinspector-tool")),
                debug::toString);
        TreeSet<String> both = names("lib");
        both.retainAll(debug);
        assertEquals(new TreeSet<>(), both);
        assertTrue(names("lib").stream().noneMatch(n -> n.contains("inspector")));
    }
}
