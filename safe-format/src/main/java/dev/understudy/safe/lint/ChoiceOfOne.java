package dev.understudy.safe.lint;

import dev.understudy.safe.Parameter;
import dev.understudy.safe.SafeModule;

/// Finds choices that are none.
final class ChoiceOfOne implements ModuleRule {
    @Override
    public String id() {
        return "M015";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        for (Parameter p : module.manifest().parameters().values()) {
            if (p.type() == Parameter.Type.ENUM && p.values().size() == 1) {
                sink.add(
                        p.position(),
                        "the choice '%s' has one value".formatted(p.name()),
                        "write the value where it is used, or add the others");
            }
        }
    }
}
