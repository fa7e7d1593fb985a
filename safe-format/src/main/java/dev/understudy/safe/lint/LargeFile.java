package dev.understudy.safe.lint;

import dev.understudy.safe.Position;
import dev.understudy.safe.SafeModule;

/// Finds files that are large for a module.
final class LargeFile implements ModuleRule {
    private static final int LARGE = 1 << 20;

    @Override
    public String id() {
        return "L003";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        module.archive()
                .files()
                .forEach((path, file) -> {
                    if (file.bytes().length > LARGE) {
                        sink.add(
                                Position.file(path),
                                "%d KiB are much for a module".formatted(file.bytes().length >> 10),
                                "data and programs come by the system's packages");
                    }
                });
    }
}
