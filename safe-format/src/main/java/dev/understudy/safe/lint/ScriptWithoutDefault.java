package dev.understudy.safe.lint;

import dev.understudy.safe.Position;
import dev.understudy.safe.SafeModule;
import java.util.regex.Pattern;

/// Finds hooks and checkers that export nothing to call.
final class ScriptWithoutDefault implements ModuleRule {
    private static final Pattern DEFAULT =
            Pattern.compile("(?m)^\\s*export\\s+(default\\b|\\{[^}]*\\bas\\s+default\\b)");

    @Override
    public String id() {
        return "J002";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        module.archive()
                .files()
                .forEach((path, file) -> {
                    boolean entry = path.startsWith("scripts/") || path.startsWith("checkers/");
                    if (entry && path.endsWith(".js") && !DEFAULT.matcher(file.text()).find()) {
                        sink.add(
                                Position.file(path),
                                "the script has no default export",
                                "write: export default async ctx => { … }");
                    }
                });
    }
}
