package dev.understudy.safe;

import java.util.List;

/// Says one thing that is wrong, or could be better, in a module: what, where, and what to do.
///
/// @param id rule: one letter for the family, three digits; `safe rule ID` explains it
/// @param severity what it means for the module
/// @param position where; a file at least
/// @param text one sentence for people, no full stop
/// @param remedy what to do about it; may be empty when the text says it
public record Finding(String id, Severity severity, Position position, String text, String remedy) {
    /// Makes an error.
    public static Finding error(String id, Position position, String text, String remedy) {
        return new Finding(id, Severity.ERROR, position, text, remedy);
    }

    /// Makes a warning.
    public static Finding warning(String id, Position position, String text, String remedy) {
        return new Finding(id, Severity.WARNING, position, text, remedy);
    }

    /// Makes a piece of advice.
    public static Finding advice(String id, Position position, String text, String remedy) {
        return new Finding(id, Severity.ADVICE, position, text, remedy);
    }

    /// Tells whether one of the findings forbids the module.
    public static boolean anyError(List<Finding> findings) {
        return findings.stream().anyMatch(f -> f.severity() == Severity.ERROR);
    }

    /// Gives one line: `path:line:column: severity [ID] text; remedy`.
    @Override
    public String toString() {
        String line = position + ": " + severity.word() + " [" + id + "] " + text;
        return remedy.isEmpty() ? line : line + "; " + remedy;
    }
}
