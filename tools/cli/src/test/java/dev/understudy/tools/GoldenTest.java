package dev.understudy.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.understudy.safe.Archive;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Runs the sessions in `golden/*.txt` and compares what the commands print.
///
/// A session is lines `$ safe ARGUMENTS`, each followed by what is printed: standard output, then
/// lines of standard error with `! ` before them, then `exit CODE` when it is not 0. Lines `==
/// PATH` before them begin files of a fresh working folder, `@W` stands for that folder.
/// `-Drewrite` writes the sessions anew.
class GoldenTest {
    private static final Path SESSIONS = Path.of("src/test/resources/golden");

    @TempDir Path folder;

    @TestFactory
    Stream<DynamicTest> sessions() throws IOException {
        List<Path> files;
        try (Stream<Path> list = Files.list(SESSIONS)) {
            files = list.filter(p -> p.toString().endsWith(".txt")).sorted().toList();
        }
        return files.stream()
                .map(file ->
                        DynamicTest.dynamicTest(file.getFileName().toString(), () -> run(file)));
    }

    private void run(Path session) throws IOException {
        Path work = Files.createTempDirectory(folder, "work");
        String expected = Files.readString(session);
        StringBuilder actual = new StringBuilder();
        List<String> lines = new ArrayList<>(expected.lines().toList());
        int i = 0;
        while (i < lines.size() && !lines.get(i).startsWith("$ ")) {
            if (!lines.get(i).startsWith("== ")) {
                actual.append(lines.get(i++)).append('\n');
                continue;
            }
            Path file = work.resolve(lines.get(i).substring(3));
            actual.append(lines.get(i++)).append('\n');
            StringBuilder text = new StringBuilder();
            while (i < lines.size()
                    && !lines.get(i).startsWith("== ")
                    && !lines.get(i).startsWith("$ ")) {
                text.append(lines.get(i)).append('\n');
                actual.append(lines.get(i++)).append('\n');
            }
            Files.createDirectories(file.getParent());
            Files.writeString(file, text.toString().strip() + "\n");
        }
        lines.stream()
                .filter(line -> line.startsWith("$ "))
                .forEach(line -> actual.append(command(line, work)));
        if (System.getProperty("rewrite") != null) {
            Files.writeString(session, actual);
            return;
        }
        assertEquals(expected, actual.toString());
    }

    private static String command(String line, Path work) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] arguments =
                line.substring("$ safe ".length()).replace("@W", work.toString()).split(" ", -1);
        int code = Safe.run(new PrintWriter(out), new PrintWriter(err), arguments);
        StringBuilder text = new StringBuilder(line).append('\n').append(out);
        err.toString().lines().forEach(e -> text.append("! ").append(e).append('\n'));
        text.append(code == 0 ? "" : "exit " + code + "\n");
        return text.toString().replace(work.toString(), "@W").replace("\r\n", "\n");
    }

    static {
        // The digest in the sessions depends on the archive's form: a change of it must be meant.
        assertEquals(22, Archive.of(java.util.Map.of()).toBytes().length);
        assertEquals(StandardCharsets.UTF_8, java.nio.charset.Charset.defaultCharset());
    }
}
