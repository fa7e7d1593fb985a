package dev.understudy.tools.author;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Position;
import dev.understudy.safe.lint.RuleBook;
import dev.understudy.safe.read.Nearest;
import dev.understudy.script.api.ApiFunction;
import dev.understudy.script.api.ScriptApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.SandboxPolicy;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.SourceSection;

/// Looks at the scripts of a module with the engine that will run them; runs nothing.
final class Scripts {
    private static final Pattern IMPORT =
            Pattern.compile("(?m)^\\s*import\\s*\\{([^}]*)}\\s*from\\s*(['\"])safe\\2");

    private Scripts() {}

    /// Finds syntax errors and imports of names that the module `safe` does not have.
    static List<Finding> check(Archive archive) {
        List<Finding> findings = new ArrayList<>();
        List<Map.Entry<String, Archive.File>> scripts =
                archive.files().entrySet().stream()
                        .filter(e -> e.getKey().endsWith(".js"))
                        .toList();
        if (scripts.isEmpty()) {
            return findings;
        }
        try (Context context = context()) {
            scripts.forEach(e -> syntax(context, e.getKey(), e.getValue().text(), findings));
        }
        scripts.forEach(e -> imports(e.getKey(), e.getValue().text(), findings));
        return findings;
    }

    private static Context context() {
        return Context.newBuilder("js")
                .sandbox(SandboxPolicy.CONSTRAINED)
                .allowHostAccess(HostAccess.CONSTRAINED)
                .out(java.io.OutputStream.nullOutputStream())
                .err(java.io.OutputStream.nullOutputStream())
                .option("engine.WarnInterpreterOnly", "false")
                .build();
    }

    private static void syntax(Context context, String path, String text, List<Finding> findings) {
        try {
            Source source =
                    Source.newBuilder("js", text, path)
                            .mimeType("application/javascript+module")
                            .build();
            context.parse(source);
        } catch (PolyglotException e) {
            SourceSection at = e.getSourceLocation();
            Position position =
                    at == null
                            ? Position.file(path)
                            : new Position(path, at.getStartLine(), at.getStartColumn());
            findings.add(Finding.error(RuleBook.SCRIPT_SYNTAX, position, message(e), ""));
        } catch (IOException e) {
            throw new UncheckedIOException("a source of a text reads nothing", e);
        }
    }

    // `SyntaxError: path:line:column Expected ; but found x`, then an excerpt: keep the sentence.
    private static String message(PolyglotException e) {
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return line.replaceFirst("^SyntaxError: ", "").replaceFirst("^\\S+:[0-9]+:[0-9]+ ", "");
    }

    private static void imports(String path, String text, List<Finding> findings) {
        Set<String> known = new TreeSet<>(List.of("params", "SafeError", "Secret"));
        for (ApiFunction function : ScriptApi.FUNCTIONS) {
            known.add(function.name().split("\\.", 2)[0]);
        }
        Matcher m = IMPORT.matcher(text);
        while (m.find()) {
            for (String item : m.group(1).split(",", -1)) {
                String name = item.strip().split("\\s+as\\s+", 2)[0];
                if (name.isEmpty() || known.contains(name)) {
                    continue;
                }
                int start = m.start(1) + m.group(1).indexOf(name);
                int line = (int) text.substring(0, start).chars().filter(c -> c == '\n').count();
                int column = start - text.lastIndexOf('\n', start - 1);
                String near = Nearest.of(name, known);
                findings.add(
                        Finding.error(
                                RuleBook.UNKNOWN_EXPORT,
                                new Position(path, line + 1, column),
                                "'safe' has no '%s'".formatted(name),
                                near.isEmpty()
                                        ? "it has " + String.join(", ", known)
                                        : "did you mean '" + near + "'?"));
            }
        }
    }
}
