package dev.understudy.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.script.api.ApiFunction;
import dev.understudy.script.api.ScriptApi;
import dev.understudy.script.api.TypeFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Types, reference and module follow from one description; `-Drewrite` writes the files anew.
class ApiTest {
    private static final String BEGIN =
            "<!-- functions: written from the description, -Drewrite -->\n";

    @Test
    void typeFileIsThatOfTheDescription() throws Exception {
        compare(Path.of("safe.d.ts"), TypeFile.types());
    }

    @Test
    void referenceIsThatOfTheDescription() throws Exception {
        Path file = Path.of("README.md");
        String text = Files.readString(file);
        int begin = text.indexOf(BEGIN);
        assertTrue(begin >= 0);
        compare(file, text.substring(0, begin) + BEGIN + "\n" + TypeFile.reference());
    }

    private static void compare(Path file, String text) throws Exception {
        if (System.getProperty("rewrite") != null) {
            Files.writeString(file, text);
        }
        assertEquals(text, Files.readString(file), file + ": run the test with -Drewrite");
    }

    @Test
    void moduleHasEveryFunctionAndNoOther() throws Exception {
        String script =
                """
                import * as safe from 'safe';
                const names = [];
                for (const [key, value] of Object.entries(safe)) {
                  if (typeof value === 'function' && key[0] === key[0].toLowerCase()) names.push(key);
                  else if (typeof value === 'object' && key !== 'params')
                    for (const member of Object.keys(value)) names.push(key + '.' + member);
                }
                export default async () => names.sort().join(' ');
                """;
        try (Bench bench = new Bench()) {
            assertEquals(
                    "\""
                            + ScriptApi.FUNCTIONS.stream()
                                    .map(ApiFunction::name)
                                    .sorted()
                                    .collect(Collectors.joining(" "))
                            + "\"",
                    bench.main(script).await(30).value());
        }
    }

    @Test
    void examplesParseAndCallWhatTheyShow() throws Exception {
        try (Bench bench = new Bench()) {
            for (ApiFunction function : ScriptApi.FUNCTIONS) {
                assertTrue(function.example().contains(function.name() + "("), function.name());
                String imports =
                        ScriptApi.FUNCTIONS.stream()
                                .map(f -> f.group().isEmpty() ? f.name() : f.group())
                                .distinct()
                                .filter(n -> !function.example().contains("const { " + n))
                                .collect(Collectors.joining(", "));
                // wrapped, so that it is parsed as a module's code but not run
                String text =
                        "import { "
                                + imports
                                + " } from 'safe';\nexport const example = async () => {\n"
                                + function.example()
                                + "\n};\nexport default () => 'parsed';";
                Outcome end =
                        bench.begin(Map.of("main.js", text), "main.js", (_, _) -> null).await(30);
                assertEquals("\"parsed\"", end.value(), function.name() + ": " + end);
            }
        }
    }

    @Test
    void scriptsOfTheReferenceParse() throws Exception {
        String text = Files.readString(Path.of("README.md"));
        Matcher matcher =
                Pattern.compile("```js\n(import .*?)```", Pattern.DOTALL)
                        .matcher(text.substring(0, text.indexOf(BEGIN)));
        int count = 0;
        try (Bench bench = new Bench()) {
            while (matcher.find()) {
                count++;
                String main = "import f from './it.js';\nexport default () => typeof f;";
                Outcome end =
                        bench.begin(
                                        Map.of("main.js", main, "it.js", matcher.group(1)),
                                        "main.js",
                                        (_, _) -> null)
                                .await(30);
                assertEquals("\"function\"", end.value(), matcher.group(1) + end);
            }
        }
        assertTrue(count >= 2, "scripts found: " + count);
    }
}
