package dev.understudy.safe.lint;

import dev.understudy.safe.Position;
import dev.understudy.safe.SafeModule;

/// Finds scripts that no test runs.
final class NoTests implements ModuleRule {
    @Override
    public String id() {
        return "T001";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        boolean scripts =
                module.archive().files().keySet().stream()
                        .anyMatch(f -> f.startsWith("scripts/") && f.endsWith(".js"));
        boolean tests =
                module.archive().files().keySet().stream()
                        .anyMatch(f -> f.startsWith("tests/") && f.endsWith(".js"));
        if (scripts && !tests) {
            sink.add(
                    Position.file(SafeModule.MANIFEST),
                    "the module has scripts and no tests",
                    "safe test runs tests/*.js on a host that is not there; safe new writes one");
        }
    }
}
