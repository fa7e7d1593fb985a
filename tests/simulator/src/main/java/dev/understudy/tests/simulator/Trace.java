package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Effect;
import java.util.ArrayDeque;

/// The last lines of a run, shown with a violation; put into words only then.
final class Trace {
    private static final int LINES = 400;
    private final ArrayDeque<Object> lines = new ArrayDeque<>();

    private record Note(long now, String text) {
        @Override
        public String toString() {
            return String.format("%10.3f -- %s", now / 1e9, text);
        }
    }

    private record Line(long now, String who, Effect.Journal line) {
        @Override
        public String toString() {
            return String.format(
                    "%10.3f %s %s%s %d %s %s",
                    now / 1e9,
                    who,
                    line.from(),
                    line.from() == line.to() ? "" : " -> " + line.to(),
                    line.rule().number(),
                    line.rule(),
                    line.detail());
        }
    }

    private void add(Object line) {
        if (lines.size() >= LINES) {
            lines.removeFirst();
        }
        lines.add(line);
    }

    /// Something that is no act of a node.
    void note(long now, String text) {
        add(new Note(now, text));
    }

    /// A line of a node's journal.
    void line(long now, Machine machine, Effect.Journal line) {
        add(new Line(now, machine.id.name(), line));
    }

    /// All of it, one line each.
    String text() {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }
}
