package dev.understudy.safe.lint;

import dev.understudy.safe.Checker;
import dev.understudy.safe.UserConfig;
import dev.understudy.safe.read.Nearest;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds failover rules about resources that no checker sets.
final class UnknownResource implements ConfigRule {
    private static final Pattern RESOURCE =
            Pattern.compile("(?:\\b(?:local|remote)\\.)?\\b([a-z]+\\.[A-Za-z0-9_*?-]+)\\s*[!=]=");
    private static final Set<String> CLASSES =
            Set.of("tcp", "script", "ping", "interface", "ip", "http", "module");

    @Override
    public String id() {
        return "C039";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        List<String> known = view.config().checkers().stream().map(Checker::resource).toList();
        for (UserConfig.Rule rule : view.config().rules()) {
            Matcher m = RESOURCE.matcher(rule.condition());
            while (m.find()) {
                String name = m.group(1);
                if (CLASSES.contains(name.split("[.]", 2)[0])
                        && known.stream().noneMatch(k -> matches(name, k))) {
                    String near = Nearest.of(name, known);
                    sink.add(
                            view.at("rules", rule.id(), "if"),
                            "no checker sets the resource '%s'".formatted(name),
                            near.isEmpty()
                                    ? "resources are <type of the checker>.<its id>"
                                    : "did you mean '" + near + "'?");
                }
            }
        }
    }

    // `*` and `?` stand for any part and any one character of an id.
    private static boolean matches(String pattern, String name) {
        return name.matches(pattern.replace(".", "\\.").replace("*", ".*").replace("?", "."));
    }
}
