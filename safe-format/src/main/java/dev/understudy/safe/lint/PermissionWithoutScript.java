package dev.understudy.safe.lint;

import dev.understudy.safe.Manifest;
import dev.understudy.safe.SafeModule;

/// Finds permissions of modules that have no script to use them.
final class PermissionWithoutScript implements ModuleRule {
    @Override
    public String id() {
        return "P008";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        Manifest.Permissions p = module.manifest().permissions();
        boolean asks =
                !p.programs().isEmpty()
                        || !p.paths().isEmpty()
                        || !p.hosts().isEmpty()
                        || !p.registry().isEmpty()
                        || !p.tasks().isEmpty();
        if (asks
                && module.archive().files().keySet().stream()
                        .noneMatch(PermissionWithoutScript::isScript)) {
            sink.add(
                    module.manifestTree().keyPosition("permissions"),
                    "the module has no script that could use these permissions",
                    "remove what scripts were to use; services stay");
        }
    }

    private static boolean isScript(String path) {
        return path.endsWith(".js") && !path.startsWith("tests/");
    }
}
