package dev.understudy.safe.lint;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Carries out the changes that findings bring with them.
public final class Fixes {
    private Fixes() {}

    /// Gives the text of a file with the changes of its findings, last place first; changes that
    /// overlap an earlier one are left out.
    public static String apply(String path, String text, List<Finding> findings) {
        List<Finding.Edit> edits = new ArrayList<>();
        for (Finding f : findings) {
            f.fix().filter(e -> e.at().path().equals(path)).ifPresent(edits::add);
        }
        edits.sort(
                Comparator.comparingInt((Finding.Edit e) -> e.at().line())
                        .thenComparingInt(e -> e.at().column())
                        .reversed());
        StringBuilder out = new StringBuilder(text);
        int next = Integer.MAX_VALUE;
        for (Finding.Edit e : edits) {
            int start = offset(text, e.at());
            if (start < 0 || start + e.length() > Math.min(next, text.length())) {
                continue;
            }
            out.replace(start, start + e.length(), e.replacement());
            next = start;
        }
        return out.toString();
    }

    // -1 = there is no such line
    private static int offset(String text, Position at) {
        int start = 0;
        for (int line = 1; line < at.line(); line++) {
            start = text.indexOf('\n', start) + 1;
            if (start == 0) {
                return -1;
            }
        }
        return start + at.column() - 1;
    }
}
