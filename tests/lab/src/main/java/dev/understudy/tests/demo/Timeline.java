package dev.understudy.tests.demo;

import java.io.PrintStream;
import java.util.Locale;

/// Prints what happens as it happens: one line a fact, seconds since the beginning first.
///
/// Colours only on a terminal. Standard output, so that it can be kept; the JSON line comes last.
public final class Timeline {
    private final PrintStream out;
    private final boolean isColoured;
    private final long startNs = System.nanoTime();

    /// Prints to `out`.
    public Timeline(PrintStream out, boolean isColoured) {
        this.out = out;
        this.isColoured = isColoured;
    }

    /// Begins a part.
    public void title(String text) {
        out.println();
        out.println(paint("1", text));
    }

    /// An ordinary step.
    public void step(String text) {
        line("  ", text, "0");
    }

    /// A fault that the demonstration causes.
    public void fault(String text) {
        line("✂ ", text, "33");
    }

    /// Something that the product did.
    public void answer(String text) {
        line("→ ", text, "36");
    }

    /// A check that holds.
    public void good(String text) {
        line("✓ ", text, "32");
    }

    /// A check that does not hold.
    public void bad(String text) {
        line("✗ ", text, "31");
    }

    /// A line without a time.
    public void plain(String text) {
        out.println(text);
    }

    private void line(String mark, String text, String colour) {
        double seconds = (System.nanoTime() - startNs) / 1e9;
        out.println(String.format(Locale.ROOT, "%8.2f s  ", seconds) + paint(colour, mark + text));
        out.flush();
    }

    private String paint(String colour, String text) {
        return isColoured && !colour.equals("0")
                ? "\u001b[" + colour + "m" + text + "\u001b[0m"
                : text;
    }
}
