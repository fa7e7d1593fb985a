package dev.understudy.script.lint;

import dev.understudy.safe.RegistryKey;
import dev.understudy.safe.lint.Sink;
import java.util.Locale;
import java.util.Set;

/// Finds keys of the registry that the permissions do not name.
final class KeyNotPermitted implements ScriptRule {
    private static final Set<String> WRITING = Set.of("registry.set", "registry.remove");

    @Override
    public String id() {
        return "P009";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if (view.module().isEmpty() || view.isTest()) {
            return;
        }
        for (ApiCall call : view.facts().calls) {
            if (!call.function().startsWith("registry.") || call.text(0).isEmpty()) {
                continue;
            }
            boolean write = WRITING.contains(call.function());
            String key = call.text(0).get();
            boolean permitted =
                    view.module().get().manifest().permissions().registry().stream()
                            .anyMatch(p ->
                                    (p.write() || !write)
                                            && Permitted.contains(
                                                    compared(p.key()), compared(key)));
            if (!permitted) {
                sink.add(
                        view.script().at(call.node()),
                        "module.yaml does not permit %s %s"
                                .formatted(write ? "writing" : "reading", key),
                        "add under permissions: registry: [{key: '%s', access: %s}]"
                                .formatted(key, write ? "write" : "read"));
            }
        }
    }

    private static String compared(String key) {
        return RegistryKey.of(key).orElse(key).toLowerCase(Locale.ROOT);
    }
}
