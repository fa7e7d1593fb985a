package dev.understudy.core.register;

import org.jspecify.annotations.Nullable;

/// What one voter remembers of one register.
///
/// @param promised nothing below this is promised or accepted any more
/// @param accepted the ballot of `value`; [Ballot#NONE] for a copy from before there were votes
/// @param value accepted last; null if none ever was
public record Cell(Ballot promised, Ballot accepted, @Nullable Value value) {
    /// Nothing was ever promised.
    public static final Cell EMPTY = new Cell(Ballot.NONE, Ballot.NONE, null);
}
