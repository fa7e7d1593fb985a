package dev.understudy.tools.author;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.understudy.tools.Safe;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `safe fmt` changes how files look and nothing else.
class LayoutTest {
    @TempDir Path folder;

    @Test
    void keysComeInTheirOrderWithTheirComments() {
        String text =
                "\uFEFF\r\n# the head\r\nname: shop   \r\n\r\n\r\n# of the format\r\nformat: 1\r\nkind: mirror\r\nversion: 1.0.0";
        assertEquals(
                "# of the format\nformat: 1\n# the head\nname: shop\n\nversion: 1.0.0\nkind: mirror\n",
                Layout.of("module.yaml", text));
    }

    @Test
    void whatMightChangeItsMeaningStays() {
        String broken = "name: [\n\n\n";
        assertEquals(broken, Layout.of("module.yaml", broken));
        String block = "format: 1\ntitle: |\n  two\n\n\n  lines  \n";
        assertEquals(block, Layout.of("module.yaml", block));
        String template = "export const a = `x  \n\n\ny`;  \n";
        assertEquals(template, Layout.of("lib/a.js", template));
        String unknown = "nmae: shop\nformat: 1\n";
        assertEquals(unknown, Layout.of("module.yaml", unknown));
        assertEquals("as  \nit is", Layout.of("README.md", "as  \nit is"));
    }

    @Test
    void scriptsLoseBlanksAtTheirEnds() {
        assertEquals(
                "const a = `b`;\n\nconst c = 1;\n",
                Layout.of("lib/a.js", "\n\nconst a = `b`;  \r\n\r\n\r\nconst c = 1;\t\n\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../module-library/mirror",
                "../../module-library/postgresql",
                "../../module-library/ledger",
                "../../module-library/milestone",
                "src/main/resources/dev/understudy/tools/author/new/mirror",
                "src/main/resources/dev/understudy/tools/author/new/farm",
                "src/main/resources/dev/understudy/tools/author/new/vm",
                "src/main/resources/dev/understudy/tools/author/new/light"
            })
    void ourOwnModulesAreInThatLayout(String module) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(Path.of(module))) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            String text = Files.readString(file);
            String path = Path.of(module).relativize(file).toString();
            assertEquals(text, Layout.of(path, text), path);
            assertEquals(Layout.of(path, text), Layout.of(path, Layout.of(path, text)), path);
        }
    }

    private int fmt(String... arguments) {
        StringWriter out = new StringWriter();
        String[] all = Stream.concat(Stream.of("fmt"), Stream.of(arguments)).toArray(String[]::new);
        return Safe.run(new PrintWriter(out), new PrintWriter(out), all);
    }

    @Test
    void checkWritesNothing() throws IOException {
        Path file = folder.resolve("module.yaml");
        Files.writeString(file, "name: shop\nformat: 1\n");
        assertEquals(1, fmt("--check", folder.toString()));
        assertEquals("name: shop\nformat: 1\n", Files.readString(file));
        assertEquals(0, fmt(folder.toString()));
        assertEquals("format: 1\nname: shop\n", Files.readString(file));
        assertEquals(0, fmt("--check", folder.toString()));
        assertEquals(3, fmt(folder.resolve("absent").toString()));
    }
}
