package dev.understudy.safe.lint;

import dev.understudy.safe.Manifest;
import dev.understudy.safe.SafeModule;
import java.util.regex.Pattern;

/// Finds permissions to write where the system lives.
final class WidePath implements ModuleRule {
    private static final Pattern SYSTEM =
            Pattern.compile(
                    "(?i)/|/(etc|usr|bin|sbin|lib|lib64|boot|var|dev|proc|sys|root|home|opt)/?"
                            + "|[A-Z]:[\\\\/]?|[A-Z]:[\\\\/](Windows|Program Files|Users|ProgramData)[\\\\/]?");

    @Override
    public String id() {
        return "P005";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        for (Manifest.PathPermission p : module.manifest().permissions().paths()) {
            if (p.write() && SYSTEM.matcher(p.path()).matches()) {
                sink.add(
                        module.manifestTree().keyPosition("permissions"),
                        "scripts may write everything below %s".formatted(p.path()),
                        "name the file or the folder of the application");
            }
        }
    }
}
