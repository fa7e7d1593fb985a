package dev.understudy.safe.lint;

import dev.understudy.safe.Position;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.write.Packer;

/// Finds files that nothing in a module uses.
final class UnknownFile implements ModuleRule {
    @Override
    public String id() {
        return "A010";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        for (String path : module.archive().files().keySet()) {
            String top = path.split("/", 2)[0];
            boolean known =
                    path.contains("/") ? Packer.FOLDERS.contains(top) : Packer.FILES.contains(path);
            if (!known) {
                sink.add(
                        Position.file(path),
                        "the module does not use this file",
                        "known are the folders "
                                + String.join(", ", Packer.FOLDERS)
                                + " and "
                                + String.join(", ", Packer.FILES));
            }
        }
    }
}
