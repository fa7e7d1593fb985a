package dev.understudy.safe;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Names of keys in the registry of Windows; case does not matter in them.
public final class RegistryKey {
    private static final Map<String, String> ROOTS =
            Map.of(
                    "HKEY_LOCAL_MACHINE", "HKLM",
                    "HKEY_CURRENT_USER", "HKCU",
                    "HKEY_CLASSES_ROOT", "HKCR",
                    "HKEY_USERS", "HKU",
                    "HKEY_CURRENT_CONFIG", "HKCC");

    private RegistryKey() {}

    /// Gives the form in which keys are compared and handed on: the short name of the root, no
    /// backslash at the end.
    ///
    /// @return empty if it is no key, such as one without a root or with `/` for `\`
    public static Optional<String> of(String text) {
        String trimmed = text.endsWith("\\") ? text.substring(0, text.length() - 1) : text;
        int slash = trimmed.indexOf('\\');
        String root = (slash < 0 ? trimmed : trimmed.substring(0, slash)).toUpperCase(Locale.ROOT);
        String known = ROOTS.getOrDefault(root, root);
        boolean isFit =
                ROOTS.containsValue(known)
                        && !trimmed.contains("\\\\")
                        && trimmed.chars().noneMatch(c -> c < ' ' || c == '"');
        return isFit
                ? Optional.of(known + (slash < 0 ? "" : trimmed.substring(slash)))
                : Optional.empty();
    }

    /// Tells whether a key is another one or below it; false if one of them is no key.
    public static boolean isBelow(String key, String above) {
        Optional<String> lower = of(key).map(k -> k.toLowerCase(Locale.ROOT));
        Optional<String> upper = of(above).map(k -> k.toLowerCase(Locale.ROOT));
        return lower.isPresent()
                && upper.isPresent()
                && (lower.get() + "\\").startsWith(upper.get() + "\\");
    }

    /// Gives the names from the root down.
    public static List<String> steps(String key) {
        return List.of(of(key).orElse(key).split("\\\\", -1));
    }
}
