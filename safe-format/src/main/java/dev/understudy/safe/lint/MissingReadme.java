package dev.understudy.safe.lint;

import dev.understudy.safe.Position;
import dev.understudy.safe.SafeModule;

/// Finds modules that tell nobody what they are.
final class MissingReadme implements ModuleRule {
    @Override
    public String id() {
        return "A011";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        if (!module.archive().files().containsKey("README.md")) {
            sink.add(
                    Position.file(SafeModule.MANIFEST),
                    "the module has no README.md",
                    "say in a few lines what it starts and what it asks for");
        }
    }
}
