package dev.understudy.guard;

/// Writes the guard's lines to standard error, where systemd or the launcher keeps them.
final class Log {
    private Log() {}

    static void line(String text) {
        System.err.println("safe-guard " + java.time.Instant.now() + " " + text);
    }
}
