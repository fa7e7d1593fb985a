package dev.understudy.tools.author;

import dev.understudy.safe.Platform;
import java.util.Optional;

/// Platforms by the names that module.yaml uses.
final class Platforms {
    private Platforms() {}

    /// Gives a platform; `linux` is Debian here.
    static Optional<Platform> of(String name) {
        return switch (name) {
            case "windows" -> Optional.of(Platform.WINDOWS);
            case "redhat" -> Optional.of(Platform.REDHAT);
            case "linux", "debian", "ubuntu", "suse" -> Optional.of(Platform.DEBIAN);
            default -> Optional.empty();
        };
    }
}
