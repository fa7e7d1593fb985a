package dev.understudy.node.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The order of versions of modules: numbers by their value, `1.2.0-rc1` before `1.2.0`.
final class ModuleVersions {
    private static final Pattern PARTS = Pattern.compile("([0-9.]+)(?:-(.*))?");

    private ModuleVersions() {}

    /// Compares two versions: below 0 if the first one is older.
    static int compare(String a, String b) {
        Matcher first = PARTS.matcher(a);
        Matcher second = PARTS.matcher(b);
        if (!first.matches() || !second.matches()) return a.compareTo(b);
        String[] x = first.group(1).split("\\.", -1);
        String[] y = second.group(1).split("\\.", -1);
        for (int i = 0; i < Math.max(x.length, y.length); i++) {
            int order = Integer.compare(number(x, i), number(y, i));
            if (order != 0) return order;
        }
        String suffix = first.group(2) == null ? "" : first.group(2);
        String other = second.group(2) == null ? "" : second.group(2);
        if (suffix.isEmpty() || other.isEmpty()) {
            return Boolean.compare(suffix.isEmpty(), other.isEmpty());
        }
        return suffixes(suffix.split("\\.", -1), other.split("\\.", -1));
    }

    private static int number(String[] parts, int i) {
        return i < parts.length && !parts[i].isEmpty() ? Integer.parseInt(parts[i]) : 0;
    }

    // As semver.org 11: numbers by value and before words, fewer fields first; rc10 after rc9.
    private static int suffixes(String[] x, String[] y) {
        for (int i = 0; i < Math.min(x.length, y.length); i++) {
            int order = padded(x[i]).compareTo(padded(y[i]));
            if (order != 0) return order;
        }
        return Integer.compare(x.length, y.length);
    }

    private static String padded(String field) {
        return Pattern.compile("[0-9]+")
                .matcher(field)
                .replaceAll(m -> "0".repeat(Math.max(0, 32 - m.group().length())) + m.group());
    }
}
