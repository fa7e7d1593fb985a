package dev.understudy.safe.lint;

import dev.understudy.safe.Manifest;
import dev.understudy.safe.RegistryKey;
import dev.understudy.safe.SafeModule;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Finds permissions to write where Windows keeps what all programs need.
final class WideKey implements ModuleRule {
    private static final int NARROW_STEPS = 3; // HKLM\SOFTWARE\Shop
    private static final Set<String> SYSTEM =
            Set.of(
                    "hklm\\system\\currentcontrolset",
                    "hklm\\system\\currentcontrolset\\services",
                    "hklm\\system\\currentcontrolset\\control",
                    "hklm\\software\\microsoft",
                    "hklm\\software\\microsoft\\windows",
                    "hklm\\software\\microsoft\\windows nt",
                    "hklm\\software\\microsoft\\windows\\currentversion",
                    "hklm\\software\\microsoft\\windows nt\\currentversion",
                    "hklm\\software\\policies",
                    "hklm\\software\\wow6432node");

    @Override
    public String id() {
        return "P011";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        for (Manifest.RegistryPermission p : module.manifest().permissions().registry()) {
            List<String> steps = RegistryKey.steps(p.key());
            String key = String.join("\\", steps).toLowerCase(Locale.ROOT);
            boolean isWide = steps.size() < NARROW_STEPS || SYSTEM.contains(key);
            if (p.write() && isWide && !p.key().startsWith("$(")) {
                sink.add(
                        module.manifestTree().keyPosition("permissions"),
                        "scripts may write everything below %s".formatted(p.key()),
                        "name the key of the application");
            }
        }
    }
}
