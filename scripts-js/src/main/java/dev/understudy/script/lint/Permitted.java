package dev.understudy.script.lint;

import dev.understudy.safe.Node;
import dev.understudy.safe.SafeModule;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the permissions of a module cover, as far as lint can know it before parameters have
/// values.
final class Permitted {
    private Permitted() {}

    /// Names the programs that scripts may run.
    static Set<String> programs(SafeModule module) {
        Set<String> all = new HashSet<>();
        module.manifest().permissions().programs().forEach(p -> all.add(p.path()));
        if (module.configTree().get("services") instanceof Node.Sequence services) {
            for (Node item : services.items()) {
                if (item instanceof Node.Mapping m) {
                    for (String step : List.of("start", "stop", "force-stop", "status")) {
                        if (m.get(step) instanceof Node.Sequence argv
                                && !argv.items().isEmpty()
                                && argv.items().getFirst() instanceof Node.Scalar program) {
                            all.add(program.text());
                        }
                    }
                }
            }
        }
        return all;
    }

    /// Tells whether a program is one of them; a reference stands for anything.
    static boolean matches(String program, Set<String> permitted) {
        return permitted.stream().anyMatch(p -> pattern(p).matcher(program).matches());
    }

    /// Tells whether a path is another one or below it.
    static boolean contains(String folder, String path) {
        return Pattern.compile(pattern(folder).pattern() + "([/\\\\].*)?").matcher(path).matches();
    }

    private static Pattern pattern(String path) {
        StringBuilder regex = new StringBuilder();
        int from = 0;
        Matcher m = Pattern.compile("[$][(][^)]*[)]").matcher(path);
        while (m.find()) {
            regex.append(Pattern.quote(path.substring(from, m.start()))).append(".*");
            from = m.end();
        }
        return Pattern.compile(regex.append(Pattern.quote(path.substring(from))).toString());
    }
}
