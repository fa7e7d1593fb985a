package dev.understudy.safe.lint;

import dev.understudy.safe.Position;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.read.Nearest;

/// Finds scripts that are never called.
final class UnknownHook implements ModuleRule {
    @Override
    public String id() {
        return "J001";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        for (String path : module.archive().files().keySet()) {
            if (!path.startsWith("scripts/")) {
                continue;
            }
            String name = path.substring("scripts/".length());
            if (!name.endsWith(".js")
                    || !SafeModule.HOOKS.contains(name.substring(0, name.length() - 3))) {
                sink.add(
                        Position.file(path),
                        "no hook has this name, so it is never run",
                        remedy(name.replaceAll("\\.m?js$", "")));
            }
        }
    }

    private static String remedy(String name) {
        String foreign = SafeModule.FOREIGN_HOOKS.get(name);
        if (foreign != null) {
            return foreign;
        }
        String near = Nearest.of(name, SafeModule.HOOKS);
        return near.isEmpty()
                ? "hooks are " + String.join(", ", SafeModule.HOOKS) + "; put other code into lib/"
                : "did you mean scripts/" + near + ".js?";
    }
}
