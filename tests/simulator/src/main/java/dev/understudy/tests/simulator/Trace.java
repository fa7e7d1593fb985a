package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Effect;
import java.util.ArrayDeque;

/// The last lines of a run, shown with a violation.
final class Trace {
    private static final int LINES = 400;
    private static final ThreadLocal<ArrayDeque<String>> LAST =
            ThreadLocal.withInitial(ArrayDeque::new);

    private Trace() {}

    static void clear() {
        LAST.get().clear();
    }

    static void note(long now, String text) {
        ArrayDeque<String> lines = LAST.get();
        if (lines.size() >= LINES) {
            lines.removeFirst();
        }
        lines.add(String.format("%10.3f %s", now / 1e9, text));
    }

    static void line(long now, Machine machine, Effect.Journal line) {
        note(
                now,
                String.format(
                        "%s %s%s %d %s %s",
                        machine.id,
                        line.from(),
                        line.from() == line.to() ? "" : " -> " + line.to(),
                        line.rule().number(),
                        line.rule(),
                        line.detail()));
    }

    static String text() {
        return String.join("\n", LAST.get());
    }
}
