package dev.understudy.node.failover;

/// What a hook that runs says of how far it is; kept until it says more or ends.
///
/// Thread-safe.
final class ScriptProgress {
    private static final int CHARS_MAX = 200;

    private volatile String text = "";

    /// Takes what a script says.
    ///
    /// @param said empty: the hook has ended
    /// @param percent 0 to 100, or -1 if not known
    void say(String said, int percent) {
        String line = said.replaceAll("\\p{Cntrl}+", " ").strip();
        String cut = line.length() > CHARS_MAX ? line.substring(0, CHARS_MAX) + "…" : line;
        text = cut.isEmpty() || percent < 0 ? cut : cut + ", " + percent + " %";
    }

    /// Names a hook that runs, and what it said.
    String of(String script) {
        String said = text;
        return said.isEmpty() ? script : script + ": " + said;
    }
}
