package dev.understudy.tools.testing;

import dev.understudy.safe.Manifest;
import dev.understudy.safe.Parameter;
import dev.understudy.safe.Platform;
import dev.understudy.safe.Resolved;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.UserConfig;
import dev.understudy.safe.read.Resolver;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// A module as it is installed on the machine that is not there.
///
/// @param params values by name; secrets as they look to scripts
/// @param scripts texts of all scripts by path
record Setting(
        SafeModule module,
        UserConfig config,
        Manifest.Permissions permissions,
        Map<String, Object> params,
        Platform platform,
        Map<String, String> scripts) {

    /// Installs a module with values where it needs some.
    ///
    /// @param given by the author's test
    /// @throws IllegalArgumentException with a text for people when the values do not fit
    static Setting of(SafeModule module, Map<String, String> given, Platform platform) {
        Map<String, String> values = new LinkedHashMap<>(Resolver.exampleTexts(module, platform));
        values.putAll(given);
        Resolved resolved = Resolver.resolve(module, values, platform);
        if (resolved.config().isEmpty()) {
            throw new IllegalArgumentException(
                    resolved.findings().isEmpty()
                            ? "the module can't be installed"
                            : resolved.findings().getFirst().toString());
        }
        Map<String, Object> params = new LinkedHashMap<>();
        resolved.values()
                .forEach((name, value) -> {
                    Parameter p = module.manifest().parameters().get(name);
                    boolean secret = p != null && p.type() == Parameter.Type.SECRET;
                    params.put(name, secret ? Map.of("$secret", name) : value);
                });
        Map<String, String> scripts = new TreeMap<>();
        module.archive()
                .files()
                .forEach((path, file) -> {
                    if (path.endsWith(".js")) {
                        scripts.put(path, file.text());
                    }
                });
        return new Setting(
                module, resolved.config().get(), resolved.permissions(), params, platform, scripts);
    }

    /// Tells whether the machine pretends to run Windows: paths know no case then.
    boolean isWindows() {
        return platform.family().equals("windows");
    }

    boolean has(String hook) {
        return scripts.containsKey("scripts/" + hook + ".js");
    }
}
