package dev.understudy.safe.lint;

import dev.understudy.safe.SafeModule;

/// Finds parameters that the administrator must guess the meaning of.
final class UndescribedParameter implements ModuleRule {
    @Override
    public String id() {
        return "M014";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        module.manifest().parameters().values().stream()
                .filter(p -> p.description().isEmpty())
                .forEach(p ->
                        sink.add(
                                p.position(),
                                "parameter '%s' has no description".formatted(p.name()),
                                "add description: one line for the administrator"));
    }
}
