package dev.understudy.safe.read;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Position;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// Says which paths a module may hold, so that it unpacks alike on every system.
public final class Names {
    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*");
    // Names that Windows keeps for devices, with any suffix.
    private static final Pattern DEVICE =
            Pattern.compile("(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?");

    private Names() {}

    /// Adds a finding for each name that may not be, and for names that clash with another.
    public static void check(Collection<String> names, Position at, List<Finding> findings) {
        Map<String, String> seen = new HashMap<>();
        for (String name : names) {
            if (!isAllowed(name)) {
                findings.add(
                        Finding.error(
                                "A001",
                                at,
                                "the name '" + printable(name) + "' is not allowed",
                                "use letters, digits, '.', '_' and '-', folders with '/', at most "
                                        + Archive.NAME_BYTES_MAX
                                        + " bytes, no device name of Windows"));
                continue;
            }
            String other = seen.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
            if (other != null) {
                clash(name, other, at, findings);
            }
        }
        for (String name : seen.keySet()) {
            for (int i = name.indexOf('/'); i > 0; i = name.indexOf('/', i + 1)) {
                String file = seen.get(name.substring(0, i));
                if (file != null) {
                    clash(seen.getOrDefault(name, name), file, at, findings);
                }
            }
        }
    }

    /// Tells whether a path may be in a module.
    public static boolean isAllowed(String path) {
        if (path.length() > Archive.NAME_BYTES_MAX || !PATH.matcher(path).matches()) {
            return false;
        }
        for (String segment : path.split("/", -1)) {
            if (segment.endsWith(".") || DEVICE.matcher(segment).matches()) {
                return false;
            }
        }
        return true;
    }

    /// Gives a name that is safe on a terminal and in a log: at most 80 characters.
    public static String printable(String name) {
        StringBuilder out = new StringBuilder();
        for (char c : name.substring(0, Math.min(name.length(), 80)).toCharArray()) {
            out.append(c >= ' ' && c < 0x7f ? c : '?');
        }
        return out.toString();
    }

    private static void clash(String name, String other, Position at, List<Finding> findings) {
        String text = "'%s' and '%s' are one name on some systems".formatted(other, name);
        findings.add(Finding.error("A004", at, text, "rename one"));
    }
}
