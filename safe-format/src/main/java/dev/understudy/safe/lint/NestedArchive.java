package dev.understudy.safe.lint;

import dev.understudy.safe.Position;
import dev.understudy.safe.SafeModule;

/// Finds programs and archives inside a module.
final class NestedArchive implements ModuleRule {
    @Override
    public String id() {
        return "A012";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        module.archive()
                .files()
                .forEach((path, file) -> {
                    if (isBinary(file.bytes())) {
                        sink.add(
                                Position.file(path),
                                "this is a program or an archive",
                                "install programs by the system's packages; a module holds text");
                    }
                });
    }

    // ZIP (also jar), gzip, ELF, Windows executables.
    private static boolean isBinary(byte[] bytes) {
        if (bytes.length < 4) {
            return false;
        }
        int first = (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
        return (first == 0x504b && bytes[2] < 8)
                || first == 0x1f8b
                || (first == 0x7f45 && bytes[2] == 'L')
                || first == 0x4d5a;
    }
}
