package dev.understudy.safe.lint;

import dev.understudy.safe.Platform;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.read.Resolver;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Finds parameters that an administrator is asked for in vain.
final class UnusedParameter implements ModuleRule {
    @Override
    public String id() {
        return "M010";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        Set<String> used = new HashSet<>();
        for (Platform platform : List.of(Platform.DEBIAN, Platform.REDHAT, Platform.WINDOWS)) {
            used.addAll(Resolver.used(module, platform));
        }
        module.manifest().parameters().values().stream()
                .filter(p -> !used.contains(p.name()) && !isInScripts(module, p.name()))
                .forEach(p ->
                        sink.add(
                                p.position(),
                                "parameter '%s' is not used".formatted(p.name()),
                                "remove it, or refer to it as $(" + p.name() + ")"));
    }

    private static boolean isInScripts(SafeModule module, String name) {
        return module.archive().files().entrySet().stream()
                .anyMatch(e -> e.getKey().endsWith(".js") && e.getValue().text().contains(name));
    }
}
