package dev.understudy.safe.lint;

import dev.understudy.safe.SafeModule;
import java.util.List;
import java.util.Set;

/// Finds platforms that another one in the list contains already.
final class PlatformTwice implements ModuleRule {
    private static final Set<String> OF_LINUX = Set.of("debian", "ubuntu", "redhat", "suse");

    @Override
    public String id() {
        return "M016";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        List<String> platforms = module.manifest().platforms();
        if (platforms.contains("linux") && platforms.stream().anyMatch(OF_LINUX::contains)) {
            sink.add(
                    module.manifestTree().keyPosition("platforms"),
                    "linux contains the distributions beside it",
                    "keep linux alone, or the distributions alone");
        }
    }
}
