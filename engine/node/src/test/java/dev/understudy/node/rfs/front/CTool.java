package dev.understudy.node.rfs.front;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A test program in C from `src/test/native`: it makes the calls that Java cannot, and sees the
/// error that each gave.
public final class CTool {
    private static final Path SOURCES = Path.of("src/test/native");

    private CTool() {}

    /// Tells whether there is a compiler.
    public static boolean isCompilerThere() {
        return Files.isExecutable(Path.of("/usr/bin/gcc"));
    }

    /// Compiles all files of a folder into one program.
    ///
    /// @param folder below `src/test/native`
    /// @param into folder for the program
    public static Path compile(String folder, Path into) throws IOException, InterruptedException {
        Path program = into.resolve(folder);
        List<String> words =
                new ArrayList<>(List.of("/usr/bin/gcc", "-O1", "-o", program.toString()));
        try (Stream<Path> files = Files.list(SOURCES.resolve(folder))) {
            files.map(Path::toString).filter(f -> f.endsWith(".c")).sorted().forEach(words::add);
        }
        words.add("-lpthread");
        Process compiler = new ProcessBuilder(words).redirectErrorStream(true).start();
        String out = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, compiler.waitFor(), out);
        return program;
    }
}
