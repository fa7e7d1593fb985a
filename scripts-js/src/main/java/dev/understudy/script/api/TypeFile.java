package dev.understudy.script.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes what authors read from the one description: the type file `safe.d.ts` and the reference
/// in Markdown.
public final class TypeFile {
    private TypeFile() {}

    /// Writes `safe.d.ts`.
    public static String types() {
        StringBuilder text = new StringBuilder(resource("safe-types.d.ts"));
        groups().forEach((group, functions) -> declare(text, group, functions));
        return text.append("}\n").toString();
    }

    /// Gives the types of `safe/test`, which tests of modules import.
    public static String testTypes() {
        return resource("safe-test.d.ts");
    }

    private static void declare(StringBuilder text, String group, List<ApiFunction> functions) {
        if (!group.isEmpty()) {
            text.append("  export const ").append(group).append(": {\n");
        }
        String indent = group.isEmpty() ? "  " : "    ";
        for (ApiFunction function : functions) {
            text.append(indent).append("/** ").append(function.about()).append(" */\n");
            text.append(indent)
                    .append(group.isEmpty() ? "export function " : "")
                    .append(function.member())
                    .append(function.signature())
                    .append(";\n");
        }
        if (!group.isEmpty()) {
            text.append("  };\n");
        }
    }

    /// Writes the list of functions for the reference of script authors.
    public static String reference() {
        StringBuilder text = new StringBuilder();
        groups().forEach((group, functions) -> {
            for (ApiFunction function : functions) {
                text.append("### `")
                        .append(function.name())
                        .append(function.signature())
                        .append("`\n\n")
                        .append(function.about())
                        .append("\n\n```js\n")
                        .append(function.example())
                        .append("\n```\n\n");
            }
        });
        return text.toString().stripTrailing() + "\n";
    }

    private static Map<String, List<ApiFunction>> groups() {
        Map<String, List<ApiFunction>> groups = new LinkedHashMap<>();
        for (ApiFunction function : ScriptApi.FUNCTIONS) {
            groups.computeIfAbsent(function.group(), _ -> new ArrayList<>()).add(function);
        }
        return groups;
    }

    private static String resource(String name) {
        try (InputStream in = TypeFile.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
