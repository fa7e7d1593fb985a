package dev.understudy.safe.lint;

import dev.understudy.safe.SafeModule;

/// Finds hosts that stand for all or for none.
final class AnyHost implements ModuleRule {
    @Override
    public String id() {
        return "P007";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        for (String host : module.manifest().permissions().hosts()) {
            if (host.contains("*") || host.contains("/") || host.equals("0.0.0.0")) {
                sink.add(
                        module.manifestTree().keyPosition("permissions"),
                        "'%s' is not the name or address of a host".formatted(host),
                        "name each host; patterns and networks are not matched");
            }
        }
    }
}
