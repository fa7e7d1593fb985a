package dev.understudy.tools;

/// Exit codes of every command, as `tools/EXIT.md` lists them.
public final class Exit {
    /// Done.
    public static final int DONE = 0;

    /// Findings, refused, or a check that is not fulfilled.
    public static final int REFUSED = 1;

    /// The command line is wrong.
    public static final int USAGE = 2;

    /// A file or the daemon can't be reached.
    public static final int UNREACHABLE = 3;

    /// Timed out waiting.
    public static final int TIMED_OUT = 4;

    /// Our own fault.
    public static final int INTERNAL = 70;

    private Exit() {}
}
