package dev.understudy.safe;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Says one thing that is wrong, or could be better, in a module: what, where, and what to do.
///
/// @param id rule: one letter for the family, three digits; `safe rule ID` explains it
/// @param severity what it means for the module
/// @param position where; a file at least
/// @param text one sentence for people, no full stop
/// @param remedy what to do about it; may be empty when the text says it
/// @param edit a change that mends it and nothing else; null = only a person can
public record Finding(
        String id,
        Severity severity,
        Position position,
        String text,
        String remedy,
        @Nullable Edit edit) {
    /// Makes a finding that only a person can mend.
    public Finding(String id, Severity severity, Position position, String text, String remedy) {
        this(id, severity, position, text, remedy, null);
    }

    /// Gives the change that mends it.
    public Optional<Edit> fix() {
        return Optional.ofNullable(edit);
    }

    /// Gives the same finding with a change that mends it.
    public Finding mendedBy(@Nullable Edit change) {
        return new Finding(id, severity, position, text, remedy, change);
    }

    /// A change of one place of one file, inside of a line.
    ///
    /// @param at where; a line and a column at least
    /// @param length UTF-16 units that are replaced from there on
    /// @param replacement what stands there afterwards
    public record Edit(Position at, int length, String replacement) {}

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
