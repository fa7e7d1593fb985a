package dev.understudy.tools.control;

import dev.understudy.tools.Exit;

/// Ends a command with a message for the operator and an exit code.
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exit;
    private final String code;
    private final String where;
    private final String remedy;

    Failure(int exit, String code, String message, String where, String remedy) {
        super(message);
        this.exit = exit;
        this.code = code;
        this.where = where;
        this.remedy = remedy;
    }

    static Failure usage(String message, String remedy) {
        return new Failure(Exit.USAGE, "", message, "", remedy);
    }

    static Failure refused(String message, String remedy) {
        return new Failure(Exit.REFUSED, "", message, "", remedy);
    }

    static Failure unreachable(String message, String remedy) {
        return new Failure(Exit.UNREACHABLE, "", message, "", remedy);
    }

    static Failure timedOut(String message, String remedy) {
        return new Failure(Exit.TIMED_OUT, "", message, "", remedy);
    }

    /// Makes a failure of what the daemon answered.
    static Failure answered(int status, Json problem) {
        int exit =
                switch (status) {
                    case 500 -> Exit.INTERNAL;
                    case 502, 504, 507 -> Exit.UNREACHABLE;
                    default -> Exit.REFUSED;
                };
        String message = problem.text("message");
        return new Failure(
                exit,
                problem.text("code"),
                message.isEmpty() ? "the daemon answered with status " + status : message,
                problem.text("where"),
                problem.text("remedy"));
    }

    int exit() {
        return exit;
    }

    String code() {
        return code;
    }

    String where() {
        return where;
    }

    String remedy() {
        return remedy;
    }

    /// Two lines for a terminal: what, and what to do.
    String text() {
        StringBuilder out = new StringBuilder("safe: ");
        if (!code.isEmpty()) out.append(code).append(' ');
        out.append(getMessage());
        if (!remedy.isEmpty())
            out.append(System.lineSeparator()).append("  remedy: ").append(remedy);
        return out.toString();
    }
}
