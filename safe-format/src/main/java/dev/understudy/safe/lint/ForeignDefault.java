package dev.understudy.safe.lint;

import dev.understudy.safe.Parameter;
import dev.understudy.safe.SafeModule;
import java.util.List;
import java.util.Set;

/// Finds defaults for platforms on which a module does not run.
final class ForeignDefault implements ModuleRule {
    private static final Set<String> OF_LINUX = Set.of("debian", "ubuntu", "redhat", "suse");

    @Override
    public String id() {
        return "M021";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        List<String> own = module.manifest().platforms();
        if (own.isEmpty()) {
            return;
        }
        for (Parameter p : module.manifest().parameters().values()) {
            for (String platform : p.defaults().keySet()) {
                if (!platform.equals(Parameter.EVERYWHERE) && !isReached(platform, own)) {
                    sink.add(
                            p.position(),
                            "'%s' has a default for %s, where the module does not run"
                                    .formatted(p.name(), platform),
                            "remove it, or add the platform");
                }
            }
        }
    }

    private static boolean isReached(String platform, List<String> own) {
        return own.contains(platform)
                || (own.contains("linux") && OF_LINUX.contains(platform))
                || (platform.equals("linux") && own.stream().anyMatch(OF_LINUX::contains))
                || (platform.equals("debian") && own.contains("ubuntu"));
    }
}
