package dev.understudy.safe.lint;

import dev.understudy.safe.Parameter;
import dev.understudy.safe.SafeModule;

/// Finds secrets that are in the module for everybody to read.
final class SecretWithDefault implements ModuleRule {
    @Override
    public String id() {
        return "M013";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        for (Parameter p : module.manifest().parameters().values()) {
            if (p.type() == Parameter.Type.SECRET && !p.defaults().isEmpty()) {
                sink.add(
                        p.position(),
                        "the secret '%s' has a default".formatted(p.name()),
                        "remove it; the administrator gives the secret when installing");
            }
        }
    }
}
