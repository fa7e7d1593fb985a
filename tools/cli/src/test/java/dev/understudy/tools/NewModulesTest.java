package dev.understudy.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `safe new` writes, and the modules that come with the product, pass everything an author
/// would run, and the compiler of TypeScript too.
class NewModulesTest {
    private static final String TYPESCRIPT = "typescript@5.9.3";
    private static final Pattern UNREACHABLE =
            Pattern.compile("ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET");
    private static final Path LIBRARY = Path.of("../../module-library");

    @TempDir Path folder;
    private String text = "";

    private int safe(String... arguments) {
        StringWriter out = new StringWriter();
        int code = Safe.run(new PrintWriter(out), new PrintWriter(out), arguments);
        text = String.join(" ", arguments) + "\n" + out;
        return code;
    }

    private Path fresh(String kind) {
        Path module = folder.resolve(kind);
        assertEquals(0, safe("new", kind, "shop", "--yes", "-o", module.toString()), text);
        return module;
    }

    @ParameterizedTest
    @ValueSource(strings = {"mirror", "farm", "vm", "light"})
    void aNewModulePassesAll(String kind) {
        String module = fresh(kind).toString();
        assertEquals(0, safe("lint", "--fail-on", "advice", module), text);
        assertEquals(0, safe("test", module), text);
        assertEquals(0, safe("simulate", "--seeds", "1", module), text);
        assertEquals(0, safe("pack", "-o", folder.resolve("x.safe").toString(), module), text);
        assertEquals(0, safe("lint", folder.resolve("x.safe").toString()), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mirror", "postgresql", "ledger", "milestone"})
    void ourOwnModulesPassAll(String name) {
        String module = LIBRARY.resolve(name).toString();
        assertEquals(0, safe("lint", "--fail-on", "advice", module), text);
        assertEquals(0, safe("test", module), text);
        assertEquals(0, safe("simulate", "--seeds", "1", module), text);
    }

    @Test
    void theSimulationOfAFarmSaysThatItsEngineIsMissing() {
        assertEquals(0, safe("simulate", "--seeds", "1", fresh("farm").toString()), text);
        assertTrue(text.contains("the engine of this kind is not built yet"), text);
    }

    /// Gives the compiler, which npm fetches once; without npm there is nothing to check with.
    private static Path compiler() throws IOException, InterruptedException {
        Path home = Path.of("target", "npm-" + TYPESCRIPT.replaceAll("[^a-z0-9.]", "-"));
        Path tsc = home.resolve("node_modules/typescript/bin/tsc").toAbsolutePath();
        if (!Files.exists(tsc)) {
            Files.createDirectories(home);
            Process npm =
                    new ProcessBuilder(
                                    "sh",
                                    "-c",
                                    "npm install --no-audit --no-fund --prefix . " + TYPESCRIPT)
                            .directory(home.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(home.resolve("npm.log").toFile())
                            .start();
            int code = npm.waitFor();
            String log = Files.readString(home.resolve("npm.log"));
            if (code == 127 || UNREACHABLE.matcher(log).find()) {
                String why = "TYPES ARE NOT CHECKED: npm cannot be reached: " + log;
                System.err.println(why);
                Assumptions.abort(why);
            }
            assertEquals(0, code, log);
        }
        return tsc;
    }

    private SafeProgram.Ended tsc(Path module) throws IOException, InterruptedException {
        return new SafeProgram(folder)
                .shell(
                        "sh",
                        "node " + compiler() + " -p jsconfig.json --pretty false",
                        module,
                        Map.of());
    }

    @Test
    void aWrongArgumentIsFoundByTypes() throws Exception {
        Path module = fresh("mirror");
        Path script = module.resolve("scripts/start_prim.js");
        String wrong = Files.readString(script).replace("services.start()", "services.start(5)");
        Files.writeString(script, wrong);
        SafeProgram.Ended end = tsc(module);
        assertEquals(2, end.code(), end.text());
        assertTrue(end.text().contains("scripts/start_prim.js("), end.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"mirror", "farm", "vm", "light"})
    void theTypesOfANewModuleFit(String kind) throws Exception {
        SafeProgram.Ended end = tsc(fresh(kind));
        assertEquals(0, end.code(), end.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgresql", "milestone"})
    void theTypesOfOurOwnModulesFit(String name) throws Exception {
        Path module = folder.resolve(name);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(LIBRARY.resolve(name))) {
            files = walk.toList();
        }
        for (Path file : files) {
            Files.copy(file, module.resolve(LIBRARY.resolve(name).relativize(file).toString()));
        }
        assertEquals(0, safe("types", module.toString()), text);
        SafeProgram.Ended end = tsc(module);
        assertEquals(0, end.code(), end.text());
    }
}
