package dev.understudy.node.rfs.tree;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Patterns of names that live on one node only, written as in a `.gitignore` at the tree's root.
///
/// A pattern without a slash (but at its end) matches a name at any depth; one with a slash is
/// anchored at the root. `*` and `?` stop at slashes, `**` does not, `[...]` is a set, a slash at
/// the end means directories only, `!` in front takes back what an earlier pattern matched. What is
/// below an excluded directory is excluded.
public final class Excludes {
    /// Name in the root that is never shown and never replicated: where a resynchronisation puts
    /// aside what it takes out of the tree.
    public static final String ASIDE = ".understudy.aside";

    /// No patterns.
    public static final Excludes NONE = of(List.of());

    private record Rule(Pattern pattern, boolean anchored, boolean directory, boolean negated) {}

    private final List<Rule> rules = new ArrayList<>();
    private boolean anyAnchored;

    private Excludes() {}

    /// Reads patterns; empty ones and those that start with `#` say nothing.
    public static Excludes of(List<String> patterns) {
        Excludes excludes = new Excludes();
        for (String pattern : patterns) {
            if (!pattern.isBlank() && !pattern.startsWith("#")) {
                excludes.add(pattern.strip());
            }
        }
        return excludes;
    }

    private void add(String text) {
        boolean negated = text.startsWith("!");
        String rest = negated ? text.substring(1) : text;
        boolean directory = rest.endsWith("/");
        if (directory) {
            rest = rest.substring(0, rest.length() - 1);
        }
        boolean anchored = rest.contains("/");
        if (rest.startsWith("/")) {
            rest = rest.substring(1);
        }
        // names are bytes: both sides are compared as Latin-1, one character for one byte
        String bytes =
                new String(rest.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        Pattern pattern = Pattern.compile(regex(bytes), Pattern.DOTALL);
        rules.add(new Rule(pattern, anchored, directory, negated));
        anyAnchored |= anchored;
    }

    private static String regex(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (glob.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else if (c == '[' && glob.indexOf(']', i + 2) > 0) {
                int end = glob.indexOf(']', i + 2);
                String set = glob.substring(i + 1, end).replace("\\", "\\\\").replace("[", "\\[");
                regex.append('[').append(set.startsWith("!") ? "^" + set.substring(1) : set);
                regex.append(']');
                i = end;
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return regex.toString();
    }

    /// Tells whether there is no pattern at all.
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /// Tells whether a name is excluded.
    ///
    /// @param directory path of its directory below the root, without slashes at its ends, empty
    ///   for the root; asked for only when a pattern is anchored
    /// @param inRoot whether that directory is the root
    public boolean matches(
            byte[] name, boolean isDirectory, boolean inRoot, Supplier<String> directory) {
        String text = new String(name, StandardCharsets.ISO_8859_1);
        if (inRoot && text.equals(ASIDE)) {
            return true;
        }
        boolean excluded = false;
        String path = null;
        for (Rule rule : rules) {
            if (rule.directory && !isDirectory) {
                continue;
            }
            String subject = text;
            if (rule.anchored) {
                if (path == null) {
                    String parent = inRoot ? "" : directory.get();
                    path = parent.isEmpty() ? text : parent + "/" + text;
                }
                subject = path;
            }
            if (rule.pattern.matcher(subject).matches()) {
                excluded = !rule.negated;
            }
        }
        return excluded;
    }

    /// Tells whether some pattern needs the path of a directory.
    public boolean needsPath() {
        return anyAnchored;
    }
}
